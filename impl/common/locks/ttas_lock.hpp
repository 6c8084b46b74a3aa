#pragma once

#include "../atomic.hpp"
#include "../waiting.hpp"

namespace handoff {

/// Test-and-test-and-set: waiters spin on their own cached copy of the line and write to it only
/// when the lock looks free. Rudolph and Segall, Dynamic decentralized cache schemes for MIMD
/// parallel processors, 1984.
class TtasLock {
 public:
  void lock() {
    // acquire: what the last holder did is seen.
    while (taken_.exchange(true, std::memory_order_acquire)) {
      // relaxed: only a hint; the exchange decides.
      while (taken_.load(std::memory_order_relaxed)) cpu_relax();
    }
  }
  bool try_lock() {
    return !taken_.load(std::memory_order_relaxed) &&
           !taken_.exchange(true, std::memory_order_acquire);
  }
  bool try_lock_until(Deadline deadline) {
    return Spin().wait([this] { return try_lock(); }, deadline);
  }
  // release: what was done under the lock comes before it looks free.
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  Atomic<bool> taken_{false};
};

}  // namespace handoff
