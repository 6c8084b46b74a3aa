#pragma once

#include <climits>
#include <cstdint>

#include "../common/locks/futex_mutex.hpp"
#include "futex_sleep.hpp"
#include "monitor_condition.hpp"

namespace handoff::condition {
namespace detail {

class FutexMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

  void sleep(Deadline deadline) {
    const std::uint32_t turn = sleep_.turn();
    mutex_.unlock();
    sleep_.until_after(turn, deadline);
    mutex_.lock();
  }
  void wake(unsigned sleepers) { sleep_.end(sleepers); }
  void wake_all() { sleep_.end(INT_MAX); }

 private:
  FutexMutex mutex_;
  FutexSleep sleep_;
};

inline constexpr Info futex_sequence_info{
    .name = "futex_sequence",
    .mechanism = "a number on a futex that grows with each wake-up, and a futex of three states",
    .source = "own",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr ConditionFacts futex_sequence_facts{};

}  // namespace detail

/// No system call by who notifies while nobody waits, nor by who locks while nobody holds.
using FutexSequence = MonitorCondition<detail::FutexMonitor, detail::futex_sequence_info,
                                       detail::futex_sequence_facts>;

}  // namespace handoff::condition
