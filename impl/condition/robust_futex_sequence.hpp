#pragma once

#include <climits>
#include <cstdint>

#include "../common/locks/robust_mutex.hpp"
#include "futex_sleep.hpp"
#include "monitor_condition.hpp"

namespace handoff::condition {
namespace detail {

/// A pthread condition would not do: a killed waiter breaks it, whatever the mutex.
class RobustMonitor {
 public:
  void lock() {
    if (!lock_and_repair()) return;
    mutex_.unlock();
    throw OwnerDied();
  }
  void unlock() { mutex_.unlock(); }

  void sleep(Deadline deadline) {
    const std::uint32_t turn = sleep_.turn();
    mutex_.unlock();
    sleep_.until_after(turn, deadline);
    if (lock_and_repair()) throw OwnerDied();
  }
  void wake(unsigned sleepers) { sleep_.end(sleepers); }
  void wake_all() { sleep_.end(INT_MAX); }

 private:
  /// True when the last holder died. It may have granted wake-ups and then woken nobody: all look
  /// for themselves.
  bool lock_and_repair() {
    if (!mutex_.lock_and_tell()) return false;
    wake_all();
    return true;
  }

  RobustMutex mutex_;
  FutexSleep sleep_;
};

inline constexpr Info robust_futex_sequence_info{
    .name = "robust_futex_sequence",
    .mechanism = "a number on a futex that grows with each wake-up, and a robust mutex",
    .source = "own, over pthreads",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::told,
};
inline constexpr ConditionFacts robust_futex_sequence_facts{};

}  // namespace detail

/// Goes on whoever is killed: a waiter, or the lock's holder.
using RobustFutexSequence =
    MonitorCondition<detail::RobustMonitor, detail::robust_futex_sequence_info,
                     detail::robust_futex_sequence_facts>;

}  // namespace handoff::condition
