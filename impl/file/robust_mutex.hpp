#pragma once

#include "../common/locks/robust_mutex.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info robust_mutex_append_info{
    .name = "robust_mutex",
    .mechanism = "records appended under a robust process-shared mutex",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_ROBUST",
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::told,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a robust pthread mutex. Whoever comes first after a worker has died with
/// the lock gets OwnerDied, once.
using RobustMutexAppend = LockedAppend<RobustMutex, detail::robust_mutex_append_info>;

}  // namespace handoff
