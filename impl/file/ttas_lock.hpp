#pragma once

#include "../common/locks/ttas_lock.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ttas_lock_append_info{
    .name = "ttas_lock",
    .mechanism = "records appended under a test-and-test-and-set spin lock",
    .source = "own",
    .waiting = Waiting::spins,
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a test-and-test-and-set lock.
using TtasLockAppend = LockedAppend<TtasLock, detail::ttas_lock_append_info>;

}  // namespace handoff
