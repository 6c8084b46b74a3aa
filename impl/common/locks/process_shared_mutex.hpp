#pragma once

#include <pthread.h>

#include "../absolute_time.hpp"
#include "../status.hpp"

namespace handoff {
namespace detail {

/// The pthread functions return their error instead of setting errno.
inline void check_pthread(int error, const char* what) {
  if (error == 0) return;
  errno = error;
  throw_errno(what);
}

/// What a pthread mutex can be; all of ours work between processes.
struct MutexKind {
  int type = PTHREAD_MUTEX_DEFAULT;
  int protocol = PTHREAD_PRIO_NONE;
  int robust = PTHREAD_MUTEX_STALLED;
};

inline void init_mutex(pthread_mutex_t& mutex, MutexKind kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_settype(&attributes, kind.type);
  pthread_mutexattr_setprotocol(&attributes, kind.protocol);
  pthread_mutexattr_setrobust(&attributes, kind.robust);
  int error = pthread_mutex_init(&mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  check_pthread(error, "pthread_mutex_init");
}

/// Locks until a deadline; an errno.
inline int lock_mutex_until(pthread_mutex_t& mutex, Deadline deadline) {
  if (deadline == never) return pthread_mutex_lock(&mutex);
  const timespec absolute = absolute_time(deadline);
  return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &absolute);
}

}  // namespace detail

/// A pthread mutex that also works between processes, of a type of pthread_mutexattr_settype and a
/// protocol of pthread_mutexattr_setprotocol. Raises what the type finds wrong.
template <int type, int protocol = PTHREAD_PRIO_NONE>
class ProcessSharedMutexOf {
 public:
  ProcessSharedMutexOf() { detail::init_mutex(mutex_, {.type = type, .protocol = protocol}); }
  ~ProcessSharedMutexOf() { pthread_mutex_destroy(&mutex_); }
  ProcessSharedMutexOf(const ProcessSharedMutexOf&) = delete;
  ProcessSharedMutexOf& operator=(const ProcessSharedMutexOf&) = delete;

  void lock() { detail::check_pthread(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  bool try_lock() {
    int error = pthread_mutex_trylock(&mutex_);
    if (error == EBUSY) return false;
    detail::check_pthread(error, "pthread_mutex_trylock");
    return true;
  }
  bool try_lock_until(Deadline deadline) {
    int error = detail::lock_mutex_until(mutex_, deadline);
    if (error == ETIMEDOUT) return false;
    detail::check_pthread(error, "pthread_mutex_clocklock");
    return true;
  }
  void unlock() { detail::check_pthread(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_;
};

/// A pthread mutex that also works between processes.
using ProcessSharedMutex = ProcessSharedMutexOf<PTHREAD_MUTEX_DEFAULT>;

}  // namespace handoff
