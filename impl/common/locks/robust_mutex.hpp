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
  RobustMutex() { detail::init_mutex(mutex_, {.robust = PTHREAD_MUTEX_ROBUST}); }
  ~RobustMutex() { pthread_mutex_destroy(&mutex_); }
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  /// This and the two below lock, or raise OwnerDied, once for each death; the mutex is free and
  /// usable afterwards.
  void lock() {
    if (lock_and_tell()) give_up();
  }
  bool try_lock() { return got_it(pthread_mutex_trylock(&mutex_), "pthread_mutex_trylock"); }
  bool try_lock_until(Deadline deadline) {
    return got_it(detail::lock_mutex_until(mutex_, deadline), "pthread_mutex_clocklock");
  }
  /// Locks, and returns true when the last holder died, for the caller to repair what it guards.
  bool lock_and_tell() { return tells(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { detail::check_pthread(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  /// Of a call that has locked: whether the last holder died.
  bool tells(int error, const char* call) {
    if (error != EOWNERDEAD) {
      detail::check_pthread(error, call);
      return false;
    }
    // Unlocked without this, it would be unusable for good.
    detail::check_pthread(pthread_mutex_consistent(&mutex_), "pthread_mutex_consistent");
    return true;
  }
  bool got_it(int error, const char* call) {
    if (error == EBUSY || error == ETIMEDOUT) return false;
    if (tells(error, call)) give_up();
    return true;
  }
  [[noreturn]] void give_up() {
    unlock();
    throw OwnerDied();
  }

  pthread_mutex_t mutex_;
};

}  // namespace handoff
