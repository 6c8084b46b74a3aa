#pragma once

#include <algorithm>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/info.hpp"
#include "../common/status.hpp"
#include "contract.hpp"
#include "numbered_ends.hpp"

/// What the ring queues share. Not an implementation.
namespace handoff {

/// Set once; every waiter looks at it.
class ClosedFlag {
 public:
  // Sequentially consistent with the waiting policies' count of sleepers, so that either the
  // closer sees the sleeper or the sleeper sees the flag. A load costs no more than any other.
  void set() { closed_.store(true, std::memory_order_seq_cst); }
  bool is_set() const { return closed_.load(std::memory_order_seq_cst); }

  /// What a get returns that has found nothing: closed, if the flag is set and there is still
  /// nothing; items that came between the two looks are not given up.
  template <class Empty>
  Status if_still(Empty empty) const {
    return is_set() && empty() ? Status::closed : Status::would_wait;
  }

 private:
  Atomic<bool> closed_{false};
};

/// How many items lie between two indices that others are moving: never more than `capacity`.
inline std::size_t distance(const Atomic<std::uint64_t>& head, const Atomic<std::uint64_t>& tail,
                            std::size_t capacity) {
  // The head first: read later, it could have overtaken the tail that was read before it.
  std::uint64_t first = head.load(std::memory_order_acquire);
  std::uint64_t last = tail.load(std::memory_order_acquire);
  return std::min<std::size_t>(last - first, capacity);
}

}  // namespace handoff
