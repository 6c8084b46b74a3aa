#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "bench/round_trips.hpp"
#include "harness/clock.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/common/waiting.hpp"
#include "impl/condition/contract.hpp"

/// What the workers of the condition family do, over any implementation.
namespace handoff::bench {

template <class C>
auto take_condition(C& condition, const harness::Seat& seat) {
  return std::make_shared<decltype(condition.handle(0))>(condition.handle(seat.worker));
}

/// Two workers take turns under one condition; a round trip is a turn of each.
template <class C>
class ConditionPingPong {
 public:
  explicit ConditionPingPong(ConditionShape shape) : condition_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = take_condition(condition_, seat);
    // Turns of both, those of all phases.
    if (seat.worker == 0) {
      return [this, handle, trips = RoundTrips(seat),
              turn = std::uint64_t{0}](std::uint64_t count) mutable {
        const std::unique_lock lock(*handle);
        trips.run(count, [&](std::uint64_t) {
          take(*handle, turn);
          turn += 2;
          await(*handle, turn);
        });
      };
    }
    return [this, handle, turn = std::uint64_t{1}](std::uint64_t count) mutable {
      const std::unique_lock lock(*handle);
      for (; count > 0; --count, turn += 2) {
        await(*handle, turn);
        take(*handle, turn);
      }
    };
  }

 private:
  template <class Handle>
  void await(Handle& handle, std::uint64_t turn) {
    const bool came = handle.wait_for([&] { return turns_ == turn; }, never);
    if (!came) throw std::runtime_error("a worker took a turn that was not its own");
  }
  template <class Handle>
  void take(Handle& handle, std::uint64_t turn) {
    turns_ = turn + 1;
    handle.notify(1);
  }

  C condition_;
  std::uint64_t turns_ = 0;
};

/// Worker 0 notifies all the others, who have gathered under one condition; the time is from there
/// until the last of them is awake and has had the lock.
template <class C>
class ConditionNotifyAll {
 public:
  explicit ConditionNotifyAll(ConditionShape shape)
      : waiters_(shape.workers - 1), condition_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = take_condition(condition_, seat);
    if (seat.worker == 0) {
      return [this, &seat, handle](std::uint64_t count) {
        total_ns_ = 0;
        for (std::uint64_t n = 0; n < count; ++n) {
          gather();
          const std::unique_lock lock(*handle);
          ++round_;
          notified_ns_ = harness::now_ns();
          handle->notify_all();
        }
        gather();  // the last round is over
        const std::unique_lock lock(*handle);
        seat.report.mean_ns = total_ns_ / static_cast<double>(count);
      };
    }
    return [this, &seat, handle, due = std::uint64_t{0}](std::uint64_t count) mutable {
      const std::unique_lock lock(*handle);
      for (; count > 0; --count) {
        come();
        ++due;
        const bool was_woken = handle->wait_for([&] { return round_ == due; }, never);
        if (!was_woken) throw std::runtime_error("a waiter missed its round");
        if (++woken_ % waiters_ == 0) record(seat);
      }
      come();
    };
  }

 private:
  /// In a way of its own, which is the same for all implementations: waits until each of the others
  /// has come once more.
  void gather() {
    gathered_ += waiters_;
    (void)gathering_.wait([&] { return came_.load(Park::observe) >= gathered_; }, never);
  }
  /// Under the lock, which it keeps until it waits.
  void come() {
    const std::uint64_t before = came_.fetch_add(1, Park::publish);
    if ((before + 1) % waiters_ == 0) gathering_.notify();
  }
  void record(harness::Seat& seat) {
    const std::int64_t took = harness::now_ns() - notified_ns_;
    seat.recorder.record(took);
    total_ns_ += static_cast<double>(took);
  }

  std::uint64_t waiters_;
  std::uint64_t gathered_ = 0;
  alignas(isolation) Park gathering_;
  std::atomic<std::uint64_t> came_{0};
  alignas(isolation) C condition_;
  // Under its lock.
  std::uint64_t round_ = 0;
  std::uint64_t woken_ = 0;
  std::int64_t notified_ns_ = 0;
  double total_ns_ = 0;
};

}  // namespace handoff::bench
