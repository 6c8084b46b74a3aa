#pragma once

#include <cstdint>

#include "../atomic.hpp"
#include "../waiting.hpp"

namespace handoff {

/// First come, first served: each one draws a ticket and waits until it is called. Mellor-Crummey
/// and Scott, Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors, 1991.
template <class Wait>
class BasicTicketLock {
 public:
  void lock() {
    // relaxed: the number alone matters; the call below orders.
    std::uint32_t mine = next_.fetch_add(1, std::memory_order_relaxed);
    // acquire: what the last holder did is seen.
    auto called = [&] { return serving_.load(std::memory_order_acquire) == mine; };
    Wait().wait(called, never);
  }
  /// Draws a ticket only if it is the one that is being served.
  bool try_lock() {
    // acquire: what the last holder did is seen.
    std::uint32_t called = serving_.load(std::memory_order_acquire);
    // relaxed: as above. While nobody draws it, the number that is served does not change.
    return next_.compare_exchange_strong(called, called + 1, std::memory_order_relaxed,
                                         std::memory_order_relaxed);
  }
  void unlock() {
    // relaxed: only the holder writes it. release: what was done under the lock comes before.
    serving_.store(serving_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

 private:
  Atomic<std::uint32_t> next_{0};
  Atomic<std::uint32_t> serving_{0};
};

/// Waiters yield after a while: when the next in line has no CPU, nobody else may go.
using TicketLock = BasicTicketLock<SpinThenYield>;

}  // namespace handoff
