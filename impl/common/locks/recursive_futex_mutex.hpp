#pragma once

#include <linux/futex.h>

#include <cstdint>
#include <string>
#include <system_error>

#include "../atomic.hpp"
#include "../futex.hpp"

namespace handoff {

/// A mutex that its holder may lock again. One word holds the kernel's id of the thread that holds
/// it, and a bit while somebody may sleep: the form of word that the kernel has for robust futexes.
/// Every call takes the caller's id, since to ask for it is a system call.
class RecursiveFutexMutex {
 public:
  void lock(std::uint32_t me) { (void)try_lock_until(never, me); }
  bool try_lock(std::uint32_t me) { return try_lock_until(at_once, me); }
  bool try_lock_until(Deadline deadline, std::uint32_t me) {
    std::uint32_t seen = available;
    // acquire, here and below: what the last holder did is seen. relaxed: nothing is read yet.
    if (holder_.compare_exchange_strong(seen, me, std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
      depth_ = 1;
      return true;
    }
    if (is_held_by(me, seen)) {
      ++depth_;
      return true;
    }
    if (deadline == at_once || !lock_contended(deadline, me)) return false;
    depth_ = 1;
    return true;
  }
  /// Raises when the caller does not hold it.
  void unlock(std::uint32_t me) {
    // relaxed: only the caller itself writes its own id.
    if (!is_held_by(me, holder_.load(std::memory_order_relaxed))) {
      throw std::system_error(std::make_error_code(std::errc::operation_not_permitted),
                              "recursive_futex_mutex: unlock by thread " + std::to_string(me) +
                                  ", which does not hold it");
    }
    if (--depth_ > 0) return;
    // release: what was done under the lock comes before it is free.
    std::uint32_t before = holder_.exchange(available, std::memory_order_release);
    if ((before & sleepers) != 0) futex_wake(holder_, 1);
  }

 private:
  static constexpr std::uint32_t available = 0;
  static constexpr std::uint32_t sleepers = FUTEX_WAITERS;  ///< beside the id: somebody may sleep

  static bool is_held_by(std::uint32_t me, std::uint32_t holder) {
    return (holder & FUTEX_TID_MASK) == me;
  }

  /// Takes it with the bit set: others may sleep still. Whoever gives up has set it before: the
  /// wake-up that he may have been given is made up for by the next unlock.
  bool lock_contended(Deadline deadline, std::uint32_t me) {
    std::uint32_t seen = holder_.load(std::memory_order_relaxed);  // what is done orders
    for (;;) {
      const std::uint32_t wanted = (seen == available ? me : seen) | sleepers;
      if (seen != wanted && !holder_.compare_exchange_weak(seen, wanted, std::memory_order_acquire,
                                                           std::memory_order_relaxed)) {
        continue;
      }
      if (seen == available) return true;
      if (deadline != never && Clock::now() >= deadline) return false;
      futex_wait(holder_, wanted, deadline);
      seen = holder_.load(std::memory_order_relaxed);
    }
  }

  Atomic<std::uint32_t> holder_{available};
  std::uint64_t depth_ = 0;  ///< the holder's
};

}  // namespace handoff
