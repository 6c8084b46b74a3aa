#pragma once

#include "../common/locks/file_locks.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ofd_lock_append_info{
    .name = "ofd_lock",
    .mechanism = "records appended under a lock of the open file",
    .source = "fcntl(2), F_OFD_SETLKW",
    .copies_per_message = 1,
    .syscalls_per_message = 4,  // lock, find the end, write, unlock
    .on_peer_death = Survivor::told,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a lock of the open file description.
using OfdLockAppend = LockedAppend<OpenFileLock, detail::ofd_lock_append_info>;

}  // namespace handoff
