#pragma once

#include <cstdint>

#include "../atomic.hpp"
#include "../futex.hpp"

namespace handoff {

/// A mutex of one word with three states, so that nobody calls the kernel while nobody sleeps: the
/// second mutex of Drepper, Futexes Are Tricky, 2011.
class FutexMutex {
 public:
  void lock() { (void)try_lock_until(never); }
  bool try_lock() {
    std::uint32_t before = available;
    // acquire, here and below: what the last holder did is seen. relaxed: nothing is read yet.
    return state_.compare_exchange_strong(before, held, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }
  bool try_lock_until(Deadline deadline) {
    if (try_lock()) return true;
    if (deadline == at_once) return false;
    // Whoever has slept takes it as contended: others may sleep still. Whoever gives up has marked
    // it so before: the wake-up that he may have been given is made up for by the next unlock.
    while (state_.exchange(contended, std::memory_order_acquire) != available) {
      if (deadline != never && Clock::now() >= deadline) return false;
      futex_wait(state_, contended, deadline);
    }
    return true;
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
