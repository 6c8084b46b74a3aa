#pragma once

#include "../common/locks/posix_semaphore.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info posix_semaphore_named_append_info{
    .name = "posix_semaphore_named",
    .mechanism = "records appended under a semaphore of one permit that has a name",
    .source = "sem_open(3)",
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a named POSIX semaphore of one permit.
using PosixSemaphoreNamedAppend =
    LockedAppend<NamedSemaphoreLock, detail::posix_semaphore_named_append_info>;

}  // namespace handoff
