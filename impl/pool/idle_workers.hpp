#pragma once

#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "../semaphore/permit_count.hpp"

namespace handoff::detail {

/// Where the workers of a pool sleep when there is nothing to do.
///
/// While one of them looks for work or is on its way out of bed, the submitter wakes no other: a
/// wake-up takes longer than many small tasks, and each would cost a system call. The last one that
/// looks wakes the next when it finds work and more is left. After the spinning threads of D.
/// Vyukov, Scalable Go Scheduler Design, 2012.
///
/// Every access is sequentially consistent: whoever publishes work and then sees a worker look is
/// seen by that worker's next look, which comes after it has said that it looks no longer.
class IdleWorkers {
 public:
  /// After work has been published by a sequentially consistent store.
  void notify() {
    if (looking_.load(std::memory_order_seq_cst) == 0) wake_one();
  }

  /// The same; returns whether one looks now, or is on its way to.
  bool notify_one_if_any() {
    notify();
    return looking_.load(std::memory_order_seq_cst) != 0;
  }

  /// Also those that are about to sleep, if their look sees what was published before.
  void notify_all() {
    std::uint32_t sleepers = asleep_.exchange(0, std::memory_order_seq_cst);
    looking_.fetch_add(sleepers, std::memory_order_seq_cst);
    if (sleepers > 0) wake_ups_.release(sleepers);
  }

  // By a worker.
  void begin_to_look() { looking_.fetch_add(1, std::memory_order_seq_cst); }

  /// `is_left()`: whether there is work for another.
  template <class IsLeft>
  void end_look(IsLeft is_left) {
    if (looking_.fetch_sub(1, std::memory_order_seq_cst) == 1 && is_left()) notify();
  }

  /// By one that looks, and goes on to do so on return. `has_cause()` says why not to sleep, by
  /// sequentially consistent loads.
  template <class HasCause>
  void sleep(HasCause has_cause) {
    looking_.fetch_sub(1, std::memory_order_seq_cst);
    asleep_.fetch_add(1, std::memory_order_seq_cst);
    if (has_cause() && leave_bed()) {
      begin_to_look();
    } else {
      wake_ups_.acquire();  // who gives one has counted a worker as looking and not as asleep
    }
  }

 private:
  // A call of its own, so that the look before it, at each submission, need not be one.
  [[gnu::noinline]] void wake_one() {
    if (asleep_.load(std::memory_order_seq_cst) == 0) return;
    std::uint32_t none = 0;
    if (!looking_.compare_exchange_strong(none, 1, std::memory_order_seq_cst)) return;
    if (leave_bed()) {
      wake_ups_.release(1);
    } else {
      looking_.fetch_sub(1, std::memory_order_seq_cst);
    }
  }

  /// Takes a worker off the sleepers, unless somebody else has done that for all of them.
  bool leave_bed() {
    std::uint32_t sleepers = asleep_.load(std::memory_order_seq_cst);
    while (sleepers > 0) {
      if (asleep_.compare_exchange_weak(sleepers, sleepers - 1, std::memory_order_seq_cst)) {
        return true;
      }
    }
    return false;
  }

  alignas(isolation) Atomic<std::uint32_t> looking_{0};  ///< on their way to, too
  Atomic<std::uint32_t> asleep_{0};                      ///< and not being woken
  alignas(isolation) semaphore::PermitCount<Park> wake_ups_{0};
};

}  // namespace handoff::detail
