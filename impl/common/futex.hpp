#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

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
    // FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC, which is what steady_clock is.
    auto since_boot = deadline.time_since_epoch();
    if (since_boot <= Clock::duration::zero()) return;
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
    absolute.tv_sec = static_cast<time_t>(seconds.count());
    absolute.tv_nsec = std::chrono::nanoseconds(since_boot - seconds).count();
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
