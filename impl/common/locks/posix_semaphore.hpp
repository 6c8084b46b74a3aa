#pragma once

#include <fcntl.h>
#include <semaphore.h>

#include "../absolute_time.hpp"
#include "../names.hpp"
#include "../status.hpp"

namespace handoff {
namespace detail {

/// Again after signals; false when it was not to be had, for the reason `refusal`.
template <class Call>
bool took(Call call, int refusal, const char* what) {
  while (call() == -1) {
    if (errno == refusal) return false;
    if (errno != EINTR) throw_errno(what);
  }
  return true;
}

inline void take(sem_t* semaphore) {
  constexpr int none = 0;
  (void)took([&] { return sem_wait(semaphore); }, none, "sem_wait");
}
inline bool try_take(sem_t* semaphore) {
  return took([&] { return sem_trywait(semaphore); }, EAGAIN, "sem_trywait");
}
inline bool take_until(sem_t* semaphore, Deadline deadline) {
  const timespec absolute = absolute_time(deadline);
  return took([&] { return sem_clockwait(semaphore, CLOCK_MONOTONIC, &absolute); }, ETIMEDOUT,
              "sem_clockwait");
}
inline void give(sem_t* semaphore) {
  if (sem_post(semaphore) == -1) throw_errno("sem_post");
}

}  // namespace detail

/// A POSIX semaphore of one permit, in the memory that it guards.
class UnnamedSemaphoreLock {
 public:
  UnnamedSemaphoreLock() {
    constexpr int between_processes = 1;
    if (sem_init(&semaphore_, between_processes, 1) == -1) throw_errno("sem_init");
  }
  ~UnnamedSemaphoreLock() { sem_destroy(&semaphore_); }
  UnnamedSemaphoreLock(const UnnamedSemaphoreLock&) = delete;
  UnnamedSemaphoreLock& operator=(const UnnamedSemaphoreLock&) = delete;

  void lock() { detail::take(&semaphore_); }
  bool try_lock() { return detail::try_take(&semaphore_); }
  bool try_lock_until(Deadline deadline) { return detail::take_until(&semaphore_, deadline); }
  void unlock() { detail::give(&semaphore_); }

 private:
  sem_t semaphore_;
};

/// A POSIX semaphore of one permit that is opened by name. The name is removed at once: forked
/// processes inherit the mapping, at the same address.
class NamedSemaphoreLock {
 public:
  NamedSemaphoreLock() {
    const std::string name = unguessable_name("/handoff-");
    semaphore_ = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1);
    if (semaphore_ == SEM_FAILED) throw_errno("sem_open of " + name);
    sem_unlink(name.c_str());
  }
  ~NamedSemaphoreLock() { sem_close(semaphore_); }
  NamedSemaphoreLock(const NamedSemaphoreLock&) = delete;
  NamedSemaphoreLock& operator=(const NamedSemaphoreLock&) = delete;

  void lock() { detail::take(semaphore_); }
  bool try_lock() { return detail::try_take(semaphore_); }
  bool try_lock_until(Deadline deadline) { return detail::take_until(semaphore_, deadline); }
  void unlock() { detail::give(semaphore_); }

 private:
  sem_t* semaphore_;
};

}  // namespace handoff
