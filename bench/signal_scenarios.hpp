#pragma once

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <limits>
#include <memory>
#include <stdexcept>

#include "bench/repeat.hpp"
#include "bench/round_trips.hpp"
#include "harness/account.hpp"
#include "harness/clock.hpp"
#include "harness/crew.hpp"
#include "harness/placement.hpp"
#include "impl/common/cpu.hpp"
#include "impl/signal/contract.hpp"

/// What the workers of the signal family do, over any implementation of their kind.
namespace handoff::bench {

/// The value of the nth signal, where values are carried.
template <class M>
int nth_value(std::uint64_t n) {
  constexpr auto values = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  return M::facts.carries_values ? static_cast<int>(n % values) : 0;
}

template <class M, class Handle>
void expect(Handle& handle, std::uint64_t n) {
  if (handle.wait(never) != nth_value<M>(n)) throw std::runtime_error("another value came");
}

template <class Handle>
void send_surely(Handle& handle, unsigned to, int value) {
  if (handle.send(to, value) != Status::ok) throw std::runtime_error("a send was refused");
}

/// Each worker sends the other a signal in turn.
template <class M>
class SignalPingPong {
 public:
  explicit SignalPingPong(SignalShape shape) : messenger_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<Handle>(messenger_.handle(seat.worker));
    if (seat.worker == 0) {
      return [this, handle, trips = RoundTrips(seat),
              turn = std::uint64_t{0}](std::uint64_t count) mutable {
        trips.run(count, [&](std::uint64_t) {
          take_turn(turn);
          send_surely(*handle, 1, nth_value<M>(turn));
          expect<M>(*handle, turn + 1);
          turn += 2;
        });
      };
    }
    return [this, handle, turn = std::uint64_t{1}](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n, turn += 2) {
        expect<M>(*handle, turn - 1);
        take_turn(turn);
        send_surely(*handle, 0, nth_value<M>(turn));
      }
    };
  }

 private:
  using Handle = typename M::Handle;

  /// `due`: turns of both workers before it, which the signals order.
  void take_turn(std::uint64_t due) {
    if (turns_ != due) throw std::runtime_error("a worker went on out of turn");
    ++turns_;
  }

  M messenger_;
  alignas(isolation) std::uint64_t turns_ = 0;
};

/// Worker 0 sends real-time signals, each with a value, as fast as the kernel takes them; worker 1
/// takes them. The kernel keeps `capacity` of them, fewer by what it keeps for others of the same
/// user. Nothing waits until there is room: where one is refused, the sender gives up its CPU and
/// tries again; it reports how often as its operations.
template <class M>
class SignalStream {
 public:
  SignalStream(SignalShape shape, std::size_t capacity) : capacity_(capacity), messenger_(shape) {}

  harness::Body join(harness::Seat& seat) {
    limit_pending();
    auto handle = std::make_shared<typename M::Handle>(messenger_.handle(seat.worker));
    return [&seat, handle, next = std::uint64_t{0}](std::uint64_t count) mutable {
      for (const std::uint64_t end = next + count; next < end; ++next) {
        if (seat.worker == 1) {
          expect<M>(*handle, next);
        } else {
          seat.report.operations += send(*handle, nth_value<M>(next));
        }
      }
    };
  }

 private:
  /// How often it was refused.
  static std::uint64_t send(typename M::Handle& handle, int value) {
    for (std::uint64_t refused = 0;; ++refused) {
      const Status status = handle.send(1, value);
      if (status == Status::ok) return refused;
      if (status == Status::closed) throw std::runtime_error("the receiver has gone");
      sched_yield();
    }
  }
  /// Of this process alone, which ends with the crew.
  void limit_pending() const {
    rlimit limit{};
    if (getrlimit(RLIMIT_SIGPENDING, &limit) == -1) throw_errno("getrlimit");
    limit.rlim_cur = capacity_;
    if (setrlimit(RLIMIT_SIGPENDING, &limit) == -1) {
      throw_errno("RLIMIT_SIGPENDING of " + std::to_string(capacity_));
    }
  }

  std::size_t capacity_;
  M messenger_;
};

/// Worker 0 sends ordinary signals for the length of the phase, in ns, one after the other, and
/// reports how many; worker 1 takes and reports those that arrive: what comes while one has not
/// been taken yet is lost in it.
template <class M>
class SignalCoalesce {
 public:
  explicit SignalCoalesce(SignalShape shape) : messenger_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<typename M::Handle>(messenger_.handle(seat.worker));
    return [this, &seat, handle, phase = std::uint64_t{0}](std::uint64_t length_ns) mutable {
      ++phase;
      seat.report.operations =
          seat.worker == 0 ? send_for(length_ns, *handle, phase) : take_all(*handle, phase);
    };
  }

 private:
  using Handle = typename M::Handle;

  std::uint64_t send_for(std::uint64_t length_ns, Handle& handle, std::uint64_t phase) {
    const std::uint64_t sent =
        repeat_for(length_ns, [&](std::uint64_t) { send_surely(handle, 1, 0); });
    sent_ = sent + 1;
    ending_.store(phase, std::memory_order_release);  // the count before it
    send_surely(handle, 1, 0);                        // whoever waits looks whether it was the last
    ended_.store(phase, std::memory_order_release);
    return sent + 1;
  }
  std::uint64_t take_all(Handle& handle, std::uint64_t phase) {
    std::uint64_t arrived = 0;
    while (ending_.load(std::memory_order_acquire) != phase) {
      (void)handle.wait(never);
      ++arrived;
    }
    while (ended_.load(std::memory_order_acquire) != phase) sched_yield();
    sched_yield();  // what has been sent reaches a handler on the way back from the kernel
    while (handle.wait(at_once)) ++arrived;
    if (arrived == 0 || arrived > sent_) throw std::runtime_error("other signals came than sent");
    return arrived;
  }

  M messenger_;
  alignas(isolation) std::uint64_t sent_ = 0;  ///< in the phase
  std::atomic<std::uint64_t> ending_{0};  ///< the phase whose last but one signal has been sent
  std::atomic<std::uint64_t> ended_{0};   ///< the phase whose last signal has been sent
};

/// A worker sets an alarm, and sleeps until it goes off. A sample is how late that is.
template <class A>
class AlarmLateness {
 public:
  AlarmLateness(SignalShape shape, Clock::duration ahead) : ahead_(ahead), alarm_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<typename A::Handle>(alarm_.handle(seat.worker));
    return [this, &seat, handle](std::uint64_t count) {
      std::int64_t all_ns = 0;
      for (std::uint64_t n = 0; n < count; ++n) {
        const Deadline due = Clock::now() + ahead_;
        handle->set(due);
        if (!handle->wait(never)) throw std::runtime_error("a wait without an end ended");
        const auto late_ns = std::chrono::nanoseconds(Clock::now() - due).count();
        if (late_ns < 0) throw std::runtime_error("an alarm went off too early");
        all_ns += late_ns;
        seat.recorder.record(late_ns);
      }
      seat.report.mean_ns = static_cast<double>(all_ns) / static_cast<double>(count);
    };
  }

 private:
  Clock::duration ahead_;
  A alarm_;
};

/// A worker forks children on another CPU, one after the other, and waits for the end of each. A
/// sample is from the child's last instruction until the worker knows: what the kernel takes to end
/// a small process is in it.
template <class W>
class ChildExit {
 public:
  ChildExit(SignalShape shape, int child_cpu) : child_cpu_(child_cpu), watcher_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<typename W::Handle>(watcher_.handle(seat.worker));
    return [this, &seat, handle](std::uint64_t count) {
      const harness::Cost before = harness::cost_of_ended_children();
      std::int64_t all_ns = 0;
      for (std::uint64_t n = 0; n < count; ++n) {
        const std::int64_t taken_ns = await_one(*handle);
        all_ns += taken_ns;
        seat.recorder.record(taken_ns);
      }
      seat.report.cost_of_ended = harness::cost_of_ended_children() - before;
      seat.report.mean_ns = static_cast<double>(all_ns) / static_cast<double>(count);
    };
  }

 private:
  std::int64_t await_one(typename W::Handle& handle) {
    constexpr std::uint32_t codes = 128;
    const auto number = watched_.load(std::memory_order_relaxed) + 1;  // its own
    const int code = static_cast<int>(number % codes);
    const pid_t worker = getpid();
    const pid_t child = fork();
    if (child == -1) throw_errno("fork");
    if (child == 0) end_when_watched(worker, number, code);
    handle.watch(child);
    watched_.store(number, std::memory_order_relaxed);  // orders nothing
    const auto end = handle.wait(never);
    const std::int64_t now = harness::now_ns();
    if (!end || end->process != child || end->code != code) {
      throw std::runtime_error("the end of another child is told, or another code");
    }
    return now - ended_at_ns_;
  }

  /// In the child: no exception may leave it, it is a copy of the worker.
  [[noreturn]] void end_when_watched(pid_t worker, std::uint32_t number, int code) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    harness::pin_this_thread(child_cpu_);
    while (watched_.load(std::memory_order_relaxed) != number && getppid() == worker) sched_yield();
    ended_at_ns_ = harness::now_ns();
    _exit(code);
  }

  int child_cpu_;
  W watcher_;
  alignas(isolation) std::atomic<std::uint32_t> watched_{0};  ///< how many children have been
  std::int64_t ended_at_ns_ = 0;  ///< read when its writer is known to have ended
};

}  // namespace handoff::bench
