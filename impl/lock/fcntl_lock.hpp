#pragma once

#include "file_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info fcntl_lock_info{
    .name = "fcntl_lock",
    .mechanism = "a lock of a file, which a process holds",
    .source = "fcntl(2), F_SETLKW",
    .reach = Reach::processes,
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but it is free again
    .unavailable = why_no_nameless_file,
};
inline constexpr LockFacts fcntl_lock_facts{.checked = true,
                                            .on_holder_death = HolderDeath::goes_on};

}  // namespace detail

/// A lock by fcntl(2).
using FcntlLock = FileLock<RecordLock, detail::fcntl_lock_info, detail::fcntl_lock_facts>;

}  // namespace handoff::lock
