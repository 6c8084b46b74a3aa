#pragma once

#include "../common/locks/ticket_lock.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ticket_lock_append_info{
    .name = "ticket_lock",
    .mechanism = "records appended under a ticket spin lock",
    .source = "own",
    .waiting = Waiting::spins_then_yields,
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a ticket lock.
using TicketLockAppend = LockedAppend<TicketLock, detail::ticket_lock_append_info>;

}  // namespace handoff
