#pragma once

#include "../common/locks/ticket_lock.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info ticket_lock_info{
    .name = "ticket_lock",
    .mechanism = "a ticket spin lock",
    .source = "own",
    .waiting = Waiting::spins_then_yields,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts ticket_lock_facts{.survives_killed_waiter = false};

}  // namespace detail

/// First come, first served.
using TicketLock =
    InPlaceLock<handoff::TicketLock, detail::ticket_lock_info, detail::ticket_lock_facts>;

}  // namespace handoff::lock
