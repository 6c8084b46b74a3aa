#pragma once

#include <array>
#include <condition_variable>
#include <mutex>

#include "locked_ring.hpp"

namespace handoff {

/// std::mutex and two std::condition_variables. Threads only: the C++ library's futexes are
/// private to a process.
class StandardMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }

  bool wait(Condition condition, Deadline deadline) {
    std::unique_lock lock(mutex_, std::adopt_lock);
    auto& waited_for = conditions_[static_cast<std::size_t>(condition)];
    bool in_time = true;
    if (deadline == never) {
      waited_for.wait(lock);
    } else {
      in_time = waited_for.wait_until(lock, deadline) == std::cv_status::no_timeout;
    }
    lock.release();  // stays locked: the caller's guard unlocks it
    return in_time;
  }

  void notify_one(Condition condition) {
    conditions_[static_cast<std::size_t>(condition)].notify_one();
  }
  void notify_all(Condition condition) {
    conditions_[static_cast<std::size_t>(condition)].notify_all();
  }

 private:
  std::mutex mutex_;
  std::array<std::condition_variable, 2> conditions_;
};

namespace detail {

inline constexpr Info mutex_condition_info{
    .name = "mutex_condition",
    .mechanism = "ring under std::mutex, two condition variables",
    .source = "own, over the C++ library",
    .reach = Reach::threads,
};

}  // namespace detail

/// The textbook bounded queue.
template <class Item, std::size_t Capacity>
using MutexCondition = LockedRing<Item, Capacity, StandardMonitor, detail::mutex_condition_info>;

}  // namespace handoff
