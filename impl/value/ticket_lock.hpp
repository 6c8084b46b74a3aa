#pragma once

#include "../common/locks/ticket_lock.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ticket_lock_value_info{
    .name = "ticket_lock",
    .mechanism = "elements under a ticket spin lock",
    .source = "own",
    .waiting = Waiting::spins_then_yields,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside a ticket lock.
template <class T, std::size_t Length>
using TicketLockValue = LockedValue<T, Length, TicketLock, detail::ticket_lock_value_info>;

}  // namespace handoff
