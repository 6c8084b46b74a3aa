#pragma once

#include <pthread.h>

#include "../status.hpp"

namespace handoff {
namespace detail {

/// The pthread functions return their error instead of setting errno.
inline void check_pthread(int error, const char* what) {
  if (error == 0) return;
  errno = error;
  throw_errno(what);
}

}  // namespace detail

/// A pthread mutex that also works between processes.
class ProcessSharedMutex {
 public:
  ProcessSharedMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    detail::check_pthread(error, "pthread_mutex_init");
  }
  ~ProcessSharedMutex() { pthread_mutex_destroy(&mutex_); }
  ProcessSharedMutex(const ProcessSharedMutex&) = delete;
  ProcessSharedMutex& operator=(const ProcessSharedMutex&) = delete;

  void lock() { detail::check_pthread(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { detail::check_pthread(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_;
};

}  // namespace handoff
