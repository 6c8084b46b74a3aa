#pragma once

#include <pthread.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "locked_ring.hpp"

namespace handoff {

/// A process-shared pthread mutex and two process-shared conditions on the monotonic clock.
class SharedMonitor {
 public:
  SharedMonitor() {
    pthread_mutexattr_t mutex_attributes;
    pthread_mutexattr_init(&mutex_attributes);
    pthread_mutexattr_setpshared(&mutex_attributes, PTHREAD_PROCESS_SHARED);
    check(pthread_mutex_init(&mutex_, &mutex_attributes), "pthread_mutex_init");
    pthread_mutexattr_destroy(&mutex_attributes);

    pthread_condattr_t condition_attributes;
    pthread_condattr_init(&condition_attributes);
    pthread_condattr_setpshared(&condition_attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&condition_attributes, CLOCK_MONOTONIC);
    for (auto& condition : conditions_) {
      check(pthread_cond_init(&condition, &condition_attributes), "pthread_cond_init");
    }
    pthread_condattr_destroy(&condition_attributes);
  }
  // No destruction: destroying a condition hangs for ever when a waiter has been killed, and
  // neither object holds anything outside itself.

  void lock() { check(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { check(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

  bool wait(Condition condition, Deadline deadline) {
    auto& waited_for = conditions_[static_cast<std::size_t>(condition)];
    if (deadline == never) {
      check(pthread_cond_wait(&waited_for, &mutex_), "pthread_cond_wait");
      return true;
    }
    auto since_boot = std::chrono::nanoseconds(deadline.time_since_epoch());
    auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    timespec time{.tv_sec = static_cast<time_t>(seconds.count()),
                  .tv_nsec = (since_boot - seconds).count()};
    int result = pthread_cond_timedwait(&waited_for, &mutex_, &time);
    if (result == ETIMEDOUT) return false;
    check(result, "pthread_cond_timedwait");
    return true;
  }

  void notify_one(Condition condition) {
    pthread_cond_signal(&conditions_[static_cast<std::size_t>(condition)]);
  }
  void notify_all(Condition condition) {
    pthread_cond_broadcast(&conditions_[static_cast<std::size_t>(condition)]);
  }

 private:
  static void check(int error, const char* what) {
    if (error == 0) return;
    errno = error;
    throw_errno(what);
  }

  pthread_mutex_t mutex_;
  std::array<pthread_cond_t, 2> conditions_;
};

namespace detail {

inline constexpr Info shared_mutex_condition_info{
    .name = "shared_mutex_condition",
    .mechanism = "ring under a process-shared mutex, two conditions",
    .source = "own, over pthreads",
};

}  // namespace detail

/// The textbook bounded queue with objects that may lie in shared memory.
template <class Item, std::size_t Capacity>
using SharedMutexCondition =
    LockedRing<Item, Capacity, SharedMonitor, detail::shared_mutex_condition_info>;

}  // namespace handoff
