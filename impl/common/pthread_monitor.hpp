#pragma once

#include <pthread.h>

#include "absolute_time.hpp"
#include "locks/process_shared_mutex.hpp"

namespace handoff {

/// A process-shared pthread mutex and a condition on the monotonic clock.
class PthreadMonitor {
 public:
  PthreadMonitor() {
    detail::init_mutex(mutex_, {});
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    const int error = pthread_cond_init(&condition_, &attributes);
    pthread_condattr_destroy(&attributes);
    detail::check_pthread(error, "pthread_cond_init");
  }
  // No destruction: that of a condition hangs for ever when a waiter has been killed, and neither
  // object holds anything outside itself.
  PthreadMonitor(const PthreadMonitor&) = delete;
  PthreadMonitor& operator=(const PthreadMonitor&) = delete;

  void lock() { detail::check_pthread(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { detail::check_pthread(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

  /// Lets go of the lock, sleeps, and has it again: until woken or until the deadline, or for less.
  void sleep(Deadline deadline) {
    const timespec time = absolute_time(deadline);
    const int error = deadline == never ? pthread_cond_wait(&condition_, &mutex_)
                                        : pthread_cond_timedwait(&condition_, &mutex_, &time);
    if (error != ETIMEDOUT) detail::check_pthread(error, "pthread_cond_wait");
  }
  /// So many of those who sleep.
  void wake(unsigned sleepers) {
    for (; sleepers > 0; --sleepers) {
      detail::check_pthread(pthread_cond_signal(&condition_), "pthread_cond_signal");
    }
  }
  void wake_all() {
    detail::check_pthread(pthread_cond_broadcast(&condition_), "pthread_cond_broadcast");
  }

 private:
  pthread_mutex_t mutex_;
  pthread_cond_t condition_;
};

}  // namespace handoff
