#pragma once

#include "../common/locks/rwlock.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info rwlock_append_info{
    .name = "rwlock",
    .mechanism = "records appended under the writers' side of a read-write lock",
    .source = "pthread_rwlock_t",
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under the write lock of a process-shared pthread read-write lock.
using RwlockAppend = LockedAppend<ProcessSharedRwlock, detail::rwlock_append_info>;

}  // namespace handoff
