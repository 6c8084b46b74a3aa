#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info shared_mutex_append_info{
    .name = "shared_mutex",
    .mechanism = "records appended under a process-shared mutex",
    .source = "pthread_mutex_t",
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a process-shared pthread mutex.
using SharedMutexAppend = LockedAppend<ProcessSharedMutex, detail::shared_mutex_append_info>;

}  // namespace handoff
