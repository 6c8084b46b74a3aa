#pragma once

#include <cstdint>
#include <limits>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"

namespace handoff::semaphore {

/// The count of free permits in a word, and a policy of waiting until it is not zero. With Park
/// that is a semaphore over a futex, as in Drepper, Futexes Are Tricky, 2011, and calls the kernel
/// only where somebody sleeps.
template <class Wait>
class PermitCount {
 public:
  static constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();

  explicit PermitCount(std::size_t permits) : free_(static_cast<std::uint32_t>(permits)) {}

  void acquire() { (void)try_acquire_until(never); }
  bool try_acquire() {
    // observe, also where it fails: who finds none may go to sleep on it, and has to have looked
    // in the order that the policy asks for.
    std::uint32_t free = free_.load(Wait::observe);
    while (free > 0) {
      if (free_.compare_exchange_weak(free, free - 1, Wait::observe, Wait::observe)) return true;
    }
    return false;
  }
  bool try_acquire_until(Deadline deadline) {
    return wait_.wait([this] { return try_acquire(); }, deadline);
  }
  void release(std::size_t n) {
    std::uint32_t free = free_.load(std::memory_order_relaxed);  // the exchange decides
    do {
      if (n > most - free) throw LimitError("atomic_count", "release", n, most - free);
    } while (!free_.compare_exchange_weak(free, free + static_cast<std::uint32_t>(n), Wait::publish,
                                          std::memory_order_relaxed));
    if (n == 1) {
      wait_.notify();
    } else {
      wait_.notify_all();
    }
  }
  // relaxed: exact when nobody changes it.
  std::size_t value() const { return free_.load(std::memory_order_relaxed); }

 private:
  Atomic<std::uint32_t> free_;
  Wait wait_;  // on the same line: who takes a permit looks at both
};

}  // namespace handoff::semaphore
