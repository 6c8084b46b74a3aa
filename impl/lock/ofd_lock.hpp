#pragma once

#include "file_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info ofd_lock_info{
    .name = "ofd_lock",
    .mechanism = "a lock of a file, which an open file description holds",
    .source = "fcntl(2), F_OFD_SETLKW",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but it is free again
    .unavailable = why_no_nameless_file,
};
inline constexpr LockFacts ofd_lock_facts{.checked = true, .on_holder_death = HolderDeath::goes_on};

}  // namespace detail

/// A lock by fcntl(2) of an open file description.
using OfdLock = FileLock<OpenFileLock, detail::ofd_lock_info, detail::ofd_lock_facts>;

}  // namespace handoff::lock
