#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "monitor_condition.hpp"

namespace handoff::condition {
namespace detail {

class StdMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

  void sleep(Deadline deadline) {
    std::unique_lock lock(mutex_, std::adopt_lock);
    if (deadline == never) {
      condition_.wait(lock);
    } else {
      // The C++ library does not take times before the start of the clock.
      condition_.wait_until(lock, std::max(deadline, Deadline()));
    }
    lock.release();
  }
  void wake(unsigned sleepers) {
    for (; sleepers > 0; --sleepers) condition_.notify_one();
  }
  void wake_all() { condition_.notify_all(); }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
};

inline constexpr Info std_condition_variable_info{
    .name = "std_condition_variable",
    .mechanism = "std::mutex and std::condition_variable",
    .source = "C++ library",
    .reach = Reach::threads,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr ConditionFacts std_condition_variable_facts{};

}  // namespace detail

using StdConditionVariable =
    MonitorCondition<detail::StdMonitor, detail::std_condition_variable_info,
                     detail::std_condition_variable_facts>;

}  // namespace handoff::condition
