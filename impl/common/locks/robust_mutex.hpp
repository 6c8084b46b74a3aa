#pragma once

#include <pthread.h>

#include <stdexcept>

#include "process_shared_mutex.hpp"

namespace handoff {

/// The last holder of a lock died with it; what the lock guards may be half changed.
class OwnerDied : public std::runtime_error {
 public:
  OwnerDied() : std::runtime_error("robust_mutex: its last holder died while it held it") {}
};

/// A process-shared pthread mutex that tells the next one when its holder has died.
class RobustMutex {
 public:
  RobustMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    detail::check_pthread(error, "pthread_mutex_init");
  }
  ~RobustMutex() { pthread_mutex_destroy(&mutex_); }
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  /// Locks, or raises OwnerDied, once for each death; the mutex is free and usable afterwards.
  void lock() {
    if (!lock_and_tell()) return;
    unlock();
    throw OwnerDied();
  }
  /// Locks, and returns true when the last holder died, for the caller to repair what it guards.
  bool lock_and_tell() {
    int error = pthread_mutex_lock(&mutex_);
    if (error != EOWNERDEAD) {
      detail::check_pthread(error, "pthread_mutex_lock");
      return false;
    }
    // Unlocked without this, it would be unusable for good.
    detail::check_pthread(pthread_mutex_consistent(&mutex_), "pthread_mutex_consistent");
    return true;
  }
  void unlock() { detail::check_pthread(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace handoff
