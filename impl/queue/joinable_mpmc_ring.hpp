#pragma once

#include "joinable.hpp"
#include "mpmc_ring.hpp"

namespace handoff {
namespace detail {

template <WaitingPolicy Wait>
inline constexpr Info joinable_mpmc_ring_info{
    .name = "joinable_mpmc_ring",
    .policy = Wait::name,
    .mechanism = "mpmc_ring with a count of unfinished tasks",
    .waiting = Wait::waiting,
};

}  // namespace detail

/// The ring of many producers and consumers, joinable.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
using JoinableMpmcRing =
    Joinable<MpmcRing<Item, Capacity, Wait>, detail::joinable_mpmc_ring_info<Wait>>;

}  // namespace handoff
