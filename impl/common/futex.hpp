#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>

#include "absolute_time.hpp"
#include "status.hpp"

namespace handoff {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 &&
              std::atomic<std::uint32_t>::is_always_lock_free);

/// Sleeps while `word` holds `expected`, until woken or until `deadline`; may also return early.
/// Works between processes: the word is named by its page, not by its address.
inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       Deadline deadline = never) {
  timespec absolute{};
  timespec* timeout = nullptr;
  if (deadline != never) {
    if (deadline == at_once) return;
    absolute = absolute_time(deadline);  // FUTEX_WAIT_BITSET takes one
    timeout = &absolute;
  }
  long result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, timeout, nullptr,
                        FUTEX_BITSET_MATCH_ANY);
  if (result == -1 && errno != EAGAIN && errno != EINTR && errno != ETIMEDOUT) {
    throw_errno("futex wait");
  }
}

inline void futex_wake(std::atomic<std::uint32_t>& word, int waiters = INT_MAX) {
  syscall(SYS_futex, &word, FUTEX_WAKE, waiters, nullptr, nullptr, 0);
}

}  // namespace handoff
