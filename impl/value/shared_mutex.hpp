#pragma once

#include <pthread.h>

#include <cerrno>

#include "locked_elements.hpp"

namespace handoff {
namespace detail {

/// A pthread mutex that also works between processes.
class ProcessSharedMutex {
 public:
  ProcessSharedMutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    check(error, "pthread_mutex_init");
  }
  ~ProcessSharedMutex() { pthread_mutex_destroy(&mutex_); }
  ProcessSharedMutex(const ProcessSharedMutex&) = delete;
  ProcessSharedMutex& operator=(const ProcessSharedMutex&) = delete;

  void lock() { check(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void unlock() { check(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  static void check(int error, const char* what) {
    if (error == 0) return;
    errno = error;
    throw_errno(what);
  }

  pthread_mutex_t mutex_;
};

inline constexpr Info shared_mutex_value_info{
    .name = "shared_mutex",
    .mechanism = "elements under a process-shared mutex",
    .source = "pthread_mutex_t",
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,  // a holder that is killed never unlocks
};

}  // namespace detail

/// Elements beside a process-shared pthread mutex.
template <class T, std::size_t Length>
class SharedMutexValue {
 public:
  using value_type = T;
  using Handle =
      LockedHandle<T, Length, detail::ProcessSharedMutex, detail::shared_mutex_value_info>;
  static constexpr bool locked = true;
  static constexpr const Info& info = detail::shared_mutex_value_info;

  explicit SharedMutexValue(ValueShape) {}
  Handle handle(unsigned) { return Handle(shared_); }

 private:
  LockedElements<T, Length, detail::ProcessSharedMutex> shared_;
};

}  // namespace handoff
