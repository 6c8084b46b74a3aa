#pragma once

#include <absl/synchronization/mutex.h>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

/// Under the C++ library's names. What abseil times is a condition's becoming true, not the lock.
class AbslMutex {
 public:
  /// Debian's library looks at each lock whether an order of locks is broken that it has seen
  /// before, and then aborts. That is meant for debugging, and is turned off for the process.
  AbslMutex() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

  void lock() { mutex_.Lock(); }
  bool try_lock() { return mutex_.TryLock(); }
  void unlock() { mutex_.Unlock(); }

 private:
  absl::Mutex mutex_;
};

inline constexpr Info absl_mutex_info{
    .name = "absl_mutex",
    .mechanism = "absl::Mutex",
    .source = "abseil 20220623",
    .reach = Reach::threads,
    .waiting = Waiting::spins_then_blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts absl_mutex_facts{};

}  // namespace detail

/// Abseil's mutex.
using AbslMutex = InPlaceLock<detail::AbslMutex, detail::absl_mutex_info, detail::absl_mutex_facts>;

}  // namespace handoff::lock
