#pragma once

#include <cstdint>

#include "stealing_lane.hpp"

namespace handoff::detail {

/// A lane whose owner also takes back from the bottom what it has pushed last. After the same paper
/// by D. Chase and Y. Lev, 2005.
///
/// The owner lowers the bottom and then looks at the top; a thief looks at the top and then at the
/// bottom. Sequentially consistent order on these accesses lets one of the two see the other where
/// a single item is left, and the exchange of the top decides between them.
template <class T, std::uint64_t first_capacity = 64>
class NestedLane : private StealingLane<T, first_capacity> {
  using Lane = StealingLane<T, first_capacity>;
  using typename Lane::Ring;

 public:
  using Lane::push;

  /// By the owner: where its next push goes.
  std::uint64_t height() const { return bottom_.load(std::memory_order_relaxed); }  // own

  /// By the owner: the last one that it has pushed from that height on; null when none is left.
  T* take_back(std::uint64_t height) {
    std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);  // own
    if (bottom == height) return nullptr;
    --bottom;
    bottom_.store(bottom, std::memory_order_seq_cst);  // before the look at the top
    std::uint64_t top = top_.load(std::memory_order_seq_cst);
    if (is_below(top, bottom)) return item_at(bottom);
    // One is left, or none. Whoever moves the top has it, and the bottom is again where it was: a
    // place that a thief may still look at is not used for another item.
    T* item = nullptr;
    if (top == bottom && top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) {
      item = item_at(bottom);
    }
    bottom_.store(bottom + 1, std::memory_order_seq_cst);  // as all of its stores
    return item;
  }

  /// Null when it is empty.
  T* steal() {
    for (;;) {
      std::uint64_t top = top_.load(std::memory_order_seq_cst);  // before the look at the bottom
      if (!is_below(top, bottom_.load(std::memory_order_seq_cst))) return nullptr;
      // acquire: the ring's items.
      T* item = ring_.load(std::memory_order_acquire)->at(top).load(std::memory_order_relaxed);
      // A failure is looked at anew.
      if (top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) return item;
    }
  }

  /// seq_cst: ordered after the count of sleepers of the one who waits by this.
  bool is_empty() const {
    return !is_below(top_.load(std::memory_order_seq_cst), bottom_.load(std::memory_order_seq_cst));
  }

 private:
  using Lane::bottom_;
  using Lane::ring_;
  using Lane::top_;

  /// The bottom is one below the top while the owner looks whether it has come too late.
  static bool is_below(std::uint64_t top, std::uint64_t bottom) {
    return static_cast<std::int64_t>(bottom - top) > 0;
  }

  T* item_at(std::uint64_t position) {
    return ring_.load(std::memory_order_relaxed)->at(position).load(std::memory_order_relaxed);
  }
};

}  // namespace handoff::detail
