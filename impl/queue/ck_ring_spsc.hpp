#pragma once

#include "ck_ring.hpp"

namespace handoff {

/// Concurrency Kit's ring, by its operations for one producer and one consumer.
template <class Item, std::size_t Capacity>
class CkRingSpsc : public CkRingQueue<Item, Capacity, &CkRing<Item, Capacity>::put_spsc,
                                      &CkRing<Item, Capacity>::get_spsc> {
 public:
  static constexpr Info info{.name = "ck_ring_spsc",
                             .mechanism = "ring, two indices",
                             .source = "Concurrency Kit ck_ring 0.7.1",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins};
  explicit CkRingSpsc(QueueShape shape) { require_single_ends(info, shape); }
};

}  // namespace handoff
