#pragma once

#include "contract.hpp"
#include "prefork.hpp"
#include "ring_lanes.hpp"

namespace handoff {

/// Forked processes, two one-to-one rings in shared memory to each; whoever waits sleeps on a
/// futex, and the submitter also looks for deaths.
class PreforkSharedRing : public detail::Prefork<detail::RingLanes> {
 public:
  static constexpr Info info{.name = "prefork_shared_ring",
                             .mechanism = "forked processes, two byte rings in shared memory each",
                             .reach = Reach::processes,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 4,  // into a ring and out of it, each way
                             .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;
  explicit PreforkSharedRing(const PoolShape& shape) : Prefork(info, shape) {}
};

static_assert(Pool<PreforkSharedRing>);

}  // namespace handoff
