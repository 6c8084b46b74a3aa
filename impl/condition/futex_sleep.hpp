#pragma once

#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/futex.hpp"

namespace handoff::condition {

/// Sleep that ends no later than the first wake-up after turn() was asked: a number on a futex
/// that grows with each wake-up. Asked, and ended, under one lock.
class FutexSleep {
 public:
  std::uint32_t turn() const {
    // relaxed, here and below: the lock orders the number, and the kernel compares it again under a
    // lock of its own.
    return turn_.load(std::memory_order_relaxed);
  }
  /// Without the lock. May also end for no reason.
  void until_after(std::uint32_t turn, Deadline deadline) { futex_wait(turn_, turn, deadline); }
  void end(unsigned sleepers) {
    turn_.store(turn() + 1, std::memory_order_relaxed);
    futex_wake(turn_, static_cast<int>(sleepers));
  }

 private:
  Atomic<std::uint32_t> turn_{0};
};

}  // namespace handoff::condition
