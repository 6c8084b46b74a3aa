#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "bench/round_trips.hpp"
#include "harness/clock.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/common/waiting.hpp"
#include "impl/event/contract.hpp"

/// What the workers of the event family do, over any implementation.
namespace handoff::bench {

template <class Handle>
void wait_for(Handle& handle) {
  if (!handle.wait(never)) throw std::runtime_error("a wait without an end ended unset");
}

/// Two events: each worker sets the one, and waits for the other and clears it.
template <class E>
class EventPingPong {
 public:
  explicit EventPingPong(EventShape shape) : there_(shape), back_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto out = std::make_shared<Handle>(seat.worker == 0 ? there_.handle(0) : back_.handle(1));
    auto in = std::make_shared<Handle>(seat.worker == 0 ? back_.handle(0) : there_.handle(1));
    if (seat.worker == 0) {
      return [this, out, in, trips = RoundTrips(seat),
              due = std::uint64_t{0}](std::uint64_t count) mutable {
        trips.run(count, [&](std::uint64_t) {
          take_turn(due);
          out->set();
          wait_for(*in);
          in->clear();
          due += 2;
        });
      };
    }
    return [this, out, in, due = std::uint64_t{1}](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n, due += 2) {
        wait_for(*in);
        in->clear();
        take_turn(due);
        out->set();
      }
    };
  }

 private:
  using Handle = decltype(std::declval<E&>().handle(0));

  /// `due`: turns of both workers before it, which the events order.
  void take_turn(std::uint64_t due) {
    if (turns_ != due) throw std::runtime_error("a worker went on out of turn");
    ++turns_;
  }

  E there_;
  E back_;
  alignas(isolation) std::uint64_t turns_ = 0;
};

/// Worker 0 sets an event on which all the others wait; they report back, each with the time at
/// which it woke. A sample is from the set to the last one's wake-up. They report in the same way
/// for all contenders, and wait on two events in turn, so that the one can be cleared while all
/// wait on the other.
template <class E>
class EventWakeAll {
 public:
  explicit EventWakeAll(EventShape shape)
      : waiters_(shape.workers - 1), even_(shape), odd_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto both = std::make_shared<Both>(Both{{even_.handle(seat.worker), odd_.handle(seat.worker)}});
    return [this, &seat, both, round = std::uint64_t{0}](std::uint64_t count) mutable {
      const std::uint64_t last = round + count;
      if (seat.worker == 0) {
        std::int64_t all_ns = 0;
        while (round < last) all_ns += wake(*both, ++round, seat.recorder);
        seat.report.mean_ns = static_cast<double>(all_ns) / static_cast<double>(count);
      } else {
        while (round < last) be_woken(*both, ++round);
      }
    };
  }

 private:
  struct Both {
    std::array<decltype(std::declval<E&>().handle(0)), 2> handles;
    auto& of(std::uint64_t round) { return handles[round % 2]; }
  };

  std::int64_t wake(Both& both, std::uint64_t round, harness::LatencyRecorder& recorder) {
    both.of(round - 1).clear();
    round_ = round;
    const std::int64_t begin = harness::now_ns();
    both.of(round).set();
    auto all_have = [&] { return reports_.load(Park::observe) == round * waiters_; };
    (void)all_reported_.wait(all_have, never);
    // relaxed: the reports order it.
    const std::int64_t taken_ns = last_woken_ns_.load(std::memory_order_relaxed) - begin;
    recorder.record(taken_ns);
    return taken_ns;
  }

  void be_woken(Both& both, std::uint64_t round) {
    wait_for(both.of(round));
    const std::int64_t now = harness::now_ns();
    if (round_ != round) throw std::runtime_error("a worker was let go in another round");
    std::int64_t last = last_woken_ns_.load(std::memory_order_relaxed);
    while (last < now &&
           !last_woken_ns_.compare_exchange_weak(last, now, std::memory_order_relaxed)) {
    }
    if (reports_.fetch_add(1, Park::publish) + 1 == round * waiters_) all_reported_.notify();
  }

  std::uint64_t waiters_;
  E even_;
  E odd_;
  alignas(isolation) std::uint64_t round_ = 0;  ///< which the events order
  alignas(isolation) std::atomic<std::uint64_t> reports_{0};
  std::atomic<std::int64_t> last_woken_ns_{0};
  Park all_reported_;
};

}  // namespace handoff::bench
