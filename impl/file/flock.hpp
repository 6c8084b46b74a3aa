#pragma once

#include "../common/locks/file_locks.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info flock_append_info{
    .name = "flock",
    .mechanism = "records appended under a file lock",
    .source = "flock(2)",
    .copies_per_message = 1,
    .syscalls_per_message = 4,  // lock, find the end, write, unlock
    .on_peer_death = Survivor::told,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under flock(2).
using FlockAppend = LockedAppend<Flock, detail::flock_append_info>;

}  // namespace handoff
