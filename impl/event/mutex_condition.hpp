#pragma once

#include <pthread.h>

#include <mutex>

#include "../common/absolute_time.hpp"
#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_event.hpp"
#include "set_count.hpp"

namespace handoff::event {

/// A count of sets and clears under a process-shared pthread mutex, with a condition on the
/// monotonic clock.
class MutexAndCondition {
 public:
  MutexAndCondition() {
    handoff::detail::init_mutex(mutex_, {});
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const int error = pthread_cond_init(&condition_, &attributes);
    pthread_condattr_destroy(&attributes);
    check(error, "pthread_cond_init");
  }
  // No destruction: that of a condition hangs for ever when a waiter has been killed, and neither
  // object holds anything outside itself.

  void set() {
    const std::scoped_lock lock(*this);
    if (event::is_set(count_)) return;
    ++count_;
    check(pthread_cond_broadcast(&condition_), "pthread_cond_broadcast");
  }
  void clear() {
    const std::scoped_lock lock(*this);
    if (event::is_set(count_)) ++count_;
  }
  bool is_set() {
    const std::scoped_lock lock(*this);
    return event::is_set(count_);
  }
  bool wait(Deadline deadline) {
    const std::scoped_lock lock(*this);
    const std::uint32_t before = count_;
    if (event::is_set(before)) return true;
    const timespec time = absolute_time(deadline);
    while (count_ == before) {
      const int error = deadline == never ? pthread_cond_wait(&condition_, &mutex_)
                                          : pthread_cond_timedwait(&condition_, &mutex_, &time);
      if (error == ETIMEDOUT) break;
      check(error, "pthread_cond_wait");
    }
    return count_ != before;
  }

  void lock() { check(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { check(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  static void check(int error, const char* what) { handoff::detail::check_pthread(error, what); }

  pthread_mutex_t mutex_;
  pthread_cond_t condition_;
  std::uint32_t count_ = 0;
};

namespace detail {

inline constexpr Info mutex_condition_info{
    .name = "mutex_condition",
    .mechanism = "count of sets and clears under a process-shared mutex, with a condition",
    .source = "pthread_cond_wait(3)",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr EventFacts mutex_condition_facts{
    // A handler may have interrupted the very worker that holds the mutex.
    .set_in_signal_handlers = false,
    .survives_killed_waiter = false,
};

}  // namespace detail

using MutexCondition =
    InPlaceEvent<MutexAndCondition, detail::mutex_condition_info, detail::mutex_condition_facts>;

}  // namespace handoff::event
