#pragma once

#include "joinable.hpp"
#include "mpmc_ring.hpp"

namespace handoff {

/// The ring of many producers and consumers, joinable.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class JoinableMpmcRing : public Joinable<MpmcRing<Item, Capacity, Wait>> {
 public:
  static constexpr Info info{.name = "joinable_mpmc_ring",
                             .policy = Wait::name,
                             .mechanism = "mpmc_ring with a count of unfinished tasks",
                             .waiting = Wait::waiting};
  using Joinable<MpmcRing<Item, Capacity, Wait>>::Joinable;
};

}  // namespace handoff
