#pragma once

#include <pthread.h>

#include "process_shared_mutex.hpp"

namespace handoff {

/// A process-shared pthread read-write lock; as by default, readers pass waiting writers.
class ProcessSharedRwlock {
 public:
  ProcessSharedRwlock() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int error = pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    detail::check_pthread(error, "pthread_rwlock_init");
  }
  ~ProcessSharedRwlock() { pthread_rwlock_destroy(&lock_); }
  ProcessSharedRwlock(const ProcessSharedRwlock&) = delete;
  ProcessSharedRwlock& operator=(const ProcessSharedRwlock&) = delete;

  void lock() { detail::check_pthread(pthread_rwlock_wrlock(&lock_), "pthread_rwlock_wrlock"); }
  void unlock() { detail::check_pthread(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock"); }
  void lock_shared() {
    detail::check_pthread(pthread_rwlock_rdlock(&lock_), "pthread_rwlock_rdlock");
  }
  void unlock_shared() { unlock(); }

 private:
  pthread_rwlock_t lock_;
};

}  // namespace handoff
