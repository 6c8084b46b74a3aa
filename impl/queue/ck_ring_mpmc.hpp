#pragma once

#include "ck_ring.hpp"

namespace handoff {

/// Concurrency Kit's ring, by its operations for many producers and consumers: a producer claims a
/// slot, and waits for those before it to have filled theirs.
template <class Item, std::size_t Capacity>
class CkRingMpmc : public CkRingQueue<Item, Capacity, &CkRing<Item, Capacity>::put_mpmc,
                                      &CkRing<Item, Capacity>::get_mpmc> {
 public:
  static constexpr Info info{.name = "ck_ring_mpmc",
                             .mechanism = "ring, producers publish in their order",
                             .source = "Concurrency Kit ck_ring 0.7.1",
                             .waiting = Waiting::spins};
  explicit CkRingMpmc(QueueShape) {}
};

}  // namespace handoff
