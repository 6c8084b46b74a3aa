#pragma once

#include "../common/locks/file_locks.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info fcntl_lock_append_info{
    .name = "fcntl_lock",
    .mechanism = "records appended under a record lock",
    .source = "fcntl(2), F_SETLKW",
    .reach = Reach::processes,
    .copies_per_message = 1,
    .syscalls_per_message = 4,  // lock, find the end, write, unlock
    .on_peer_death = Survivor::told,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a POSIX record lock, which threads share.
using FcntlLockAppend = LockedAppend<RecordLock, detail::fcntl_lock_append_info>;

}  // namespace handoff
