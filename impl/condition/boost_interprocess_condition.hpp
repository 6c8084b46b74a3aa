#pragma once

#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "../common/boost_time.hpp"
#include "monitor_condition.hpp"

namespace handoff::condition {
namespace detail {

class BoostMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

  /// The timed form takes a time of day, and may so end before its time when that is set.
  void sleep(Deadline deadline) {
    namespace ipc = boost::interprocess;
    ipc::scoped_lock<ipc::interprocess_mutex> lock(mutex_, ipc::accept_ownership);
    if (deadline == never) {
      condition_.wait(lock);
    } else {
      condition_.timed_wait(lock, time_of_day(deadline));
    }
    lock.release();
  }
  void wake(unsigned sleepers) {
    for (; sleepers > 0; --sleepers) condition_.notify_one();
  }
  void wake_all() { condition_.notify_all(); }

 private:
  boost::interprocess::interprocess_mutex mutex_;
  boost::interprocess::interprocess_condition condition_;
};

inline constexpr Info boost_interprocess_condition_info{
    .name = "boost_interprocess_condition",
    .mechanism = "interprocess_mutex and interprocess_condition",
    .source = "Boost.Interprocess 1.74",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr ConditionFacts boost_interprocess_condition_facts{
    // It is a pthread condition; its destruction hangs too.
    .survives_killed_waiter = false,
};

}  // namespace detail

using BoostInterprocessCondition =
    MonitorCondition<detail::BoostMonitor, detail::boost_interprocess_condition_info,
                     detail::boost_interprocess_condition_facts>;

}  // namespace handoff::condition
