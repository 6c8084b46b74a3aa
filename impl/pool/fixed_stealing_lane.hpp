#pragma once

#include <array>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"

namespace handoff::detail {

/// A StealingLane of fixed size and of numbers other than 0, so that it can lie in memory that
/// processes share. Who takes a number and is killed has lost it; the lane stays usable.
class FixedStealingLane {
 public:
  /// A power of two, so that a position's place is a mask.
  static constexpr std::uint64_t capacity = 128;

  // By the owner.
  bool has_room() const {
    // acquire: who has taken from a place has read it.
    return bottom_.load(std::memory_order_relaxed) - top_.load(std::memory_order_acquire) <
           capacity;
  }
  /// There must be room.
  void push(std::uint64_t number) {
    std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);       // own
    places_[bottom % capacity].store(number, std::memory_order_relaxed);  // published below
    // seq_cst: release for the number, and ordered before the look for sleepers in notify.
    bottom_.store(bottom + 1, std::memory_order_seq_cst);
  }

  // By anybody.
  /// 0 when it is empty.
  std::uint64_t steal() {
    for (;;) {
      std::uint64_t top = top_.load(std::memory_order_acquire);  // before the look at the bottom
      if (top == bottom_.load(std::memory_order_acquire)) return 0;  // the number
      std::uint64_t number = places_[top % capacity].load(std::memory_order_relaxed);
      // release: the number has been read before its place is free. A failure is looked at anew.
      if (top_.compare_exchange_strong(top, top + 1, std::memory_order_release,
                                       std::memory_order_relaxed)) {
        return number;
      }
    }
  }
  /// seq_cst: ordered after the count of sleepers of the one who waits by this.
  bool is_empty() const {
    return top_.load(std::memory_order_seq_cst) == bottom_.load(std::memory_order_seq_cst);
  }

 private:
  // Thieves write the one line, the owner the others.
  alignas(isolation) Atomic<std::uint64_t> top_{0};
  alignas(isolation) Atomic<std::uint64_t> bottom_{0};
  alignas(isolation) std::array<Atomic<std::uint64_t>, capacity> places_{};
};

}  // namespace handoff::detail
