#pragma once

#include <climits>

#include "../common/locks/posix_semaphore.hpp"
#include "contract.hpp"

namespace handoff::semaphore {

inline std::size_t most_posix_permits() { return SEM_VALUE_MAX; }

/// The permits of a POSIX semaphore in this object's own memory.
class UnnamedPlace {
 public:
  explicit UnnamedPlace(std::size_t permits) {
    constexpr int between_processes = 1;
    if (sem_init(&semaphore_, between_processes, static_cast<unsigned>(permits)) == -1) {
      throw_errno("posix_unnamed: sem_init");
    }
  }
  ~UnnamedPlace() { sem_destroy(&semaphore_); }
  UnnamedPlace(const UnnamedPlace&) = delete;
  UnnamedPlace& operator=(const UnnamedPlace&) = delete;

  sem_t* get() { return &semaphore_; }

 private:
  sem_t semaphore_;
};

/// The permits of a POSIX semaphore that is opened by name. The name is removed at once: forked
/// processes inherit the mapping, at the same address.
class NamedPlace {
 public:
  explicit NamedPlace(std::size_t permits) {
    const std::string name = unguessable_name("/handoff-");
    semaphore_ =
        sem_open(name.c_str(), O_CREAT | O_EXCL, S_IRUSR | S_IWUSR, static_cast<unsigned>(permits));
    if (semaphore_ == SEM_FAILED) throw_errno("posix_named: sem_open of " + name);
    sem_unlink(name.c_str());
  }
  ~NamedPlace() { sem_close(semaphore_); }
  NamedPlace(const NamedPlace&) = delete;
  NamedPlace& operator=(const NamedPlace&) = delete;

  sem_t* get() { return semaphore_; }

 private:
  sem_t* semaphore_;
};

template <class Place, const Info& its_info>
class PosixPermits {
 public:
  explicit PosixPermits(std::size_t permits) : place_(permits) {}

  void acquire() { handoff::detail::take(place_.get()); }
  bool try_acquire() { return handoff::detail::try_take(place_.get()); }
  bool try_acquire_until(Deadline deadline) {
    return handoff::detail::take_until(place_.get(), deadline);
  }
  void release(std::size_t n) {
    if (n > 1 && n > most_posix_permits() - value()) refuse(n);
    for (std::size_t given = 0; given < n; ++given) {
      if (sem_post(place_.get()) == 0) continue;
      if (errno == EOVERFLOW) refuse(n - given);
      throw_errno("sem_post");
    }
  }
  std::size_t value() const {
    int free = 0;
    if (sem_getvalue(place_.get(), &free) == -1) throw_errno("sem_getvalue");
    return static_cast<std::size_t>(free);
  }

 private:
  [[noreturn]] void refuse(std::size_t n) const {
    throw LimitError(its_info.name, "release", n, most_posix_permits() - value());
  }

  mutable Place place_;  // sem_getvalue takes what it could change
};

}  // namespace handoff::semaphore
