#pragma once

#include <cstdint>

#include "../atomic.hpp"
#include "../futex.hpp"

namespace handoff {

/// A mutex of one word with three states, so that nobody calls the kernel while nobody sleeps: the
/// second mutex of Drepper, Futexes Are Tricky, 2011.
class FutexMutex {
 public:
  void lock() {
    std::uint32_t before = available;
    // acquire, here and below: what the last holder did is seen. relaxed: nothing is read yet.
    if (state_.compare_exchange_strong(before, held, std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
      return;
    }
    // Whoever has slept takes it as contended: others may sleep still.
    while (state_.exchange(contended, std::memory_order_acquire) != available) {
      futex_wait(state_, contended);
    }
  }
  void unlock() {
    // release: what was done under the lock comes before it is free.
    if (state_.exchange(available, std::memory_order_release) == contended) futex_wake(state_, 1);
  }

 private:
  static constexpr std::uint32_t available = 0;
  static constexpr std::uint32_t held = 1;       ///< nobody sleeps
  static constexpr std::uint32_t contended = 2;  ///< somebody may sleep

  Atomic<std::uint32_t> state_{available};
};

}  // namespace handoff
