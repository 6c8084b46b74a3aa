#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info recursive_mutex_info{
    .name = "recursive_mutex",
    .mechanism = "a process-shared mutex that its holder may lock again",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_RECURSIVE",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts recursive_mutex_facts{.recursive = true, .checked = true};

}  // namespace detail

/// A recursive pthread mutex.
using RecursiveMutex = InPlaceLock<handoff::ProcessSharedMutexOf<PTHREAD_MUTEX_RECURSIVE>,
                                   detail::recursive_mutex_info, detail::recursive_mutex_facts>;

}  // namespace handoff::lock
