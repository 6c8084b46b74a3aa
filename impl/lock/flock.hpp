#pragma once

#include "file_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info flock_info{
    .name = "flock",
    .mechanism = "a lock of a file, which an open file description holds",
    .source = "flock(2)",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but it is free again
    .unavailable = why_no_nameless_file,
};
inline constexpr LockFacts flock_facts{.checked = true, .on_holder_death = HolderDeath::goes_on};

}  // namespace detail

/// A lock by flock(2).
using Flock = FileLock<handoff::Flock, detail::flock_info, detail::flock_facts>;

}  // namespace handoff::lock
