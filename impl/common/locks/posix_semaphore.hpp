#pragma once

#include <fcntl.h>
#include <semaphore.h>

#include "../names.hpp"
#include "../status.hpp"

namespace handoff {
namespace detail {

inline void take(sem_t* semaphore) {
  while (sem_wait(semaphore) == -1) {
    if (errno != EINTR) throw_errno("sem_wait");
  }
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
  void unlock() { detail::give(semaphore_); }

 private:
  sem_t* semaphore_;
};

}  // namespace handoff
