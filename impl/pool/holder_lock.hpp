#pragma once

#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/futex.hpp"

namespace handoff::detail {

/// A lock between worker processes that names its holder, so that their parent can let go of it for
/// a dead one.
///
/// Not a robust pthread mutex: when one that has just been woken is killed before it has said that
/// others wait too, the kernel does not pass the wake-up on where a third has the lock meanwhile,
/// and they sleep for good.
class HolderLock {
 public:
  void lock(unsigned worker) {
    const std::uint32_t self = worker + 1;
    std::uint32_t seen = nobody;
    // acquire, here and below: what the last holder did.
    if (word_.compare_exchange_strong(seen, self, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
      return;
    }
    for (;;) {
      // Who has waited may have left others behind.
      const std::uint32_t wanted = seen == nobody ? self | waiters : seen | waiters;
      if (seen != wanted && !word_.compare_exchange_weak(seen, wanted, std::memory_order_acquire,
                                                         std::memory_order_relaxed)) {
        continue;
      }
      if (seen == nobody) return;
      futex_wait(word_, wanted);
      seen = word_.load(std::memory_order_relaxed);
    }
  }

  void unlock() {
    if ((word_.exchange(nobody, std::memory_order_release) & waiters) != 0) futex_wake(word_, 1);
  }

  /// By the parent, of a worker that has ended. Wakes all: the dead one may have been woken
  /// instead of another.
  void release_for(unsigned worker) {
    std::uint32_t seen = word_.load(std::memory_order_relaxed);
    while ((seen & ~waiters) == worker + 1 &&
           !word_.compare_exchange_weak(seen, nobody, std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
    }
    futex_wake(word_);
  }

 private:
  static constexpr std::uint32_t nobody = 0;
  static constexpr std::uint32_t waiters = 1U << 31;

  Atomic<std::uint32_t> word_{nobody};
};

}  // namespace handoff::detail
