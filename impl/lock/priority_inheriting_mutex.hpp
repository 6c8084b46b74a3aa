#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info priority_inheriting_mutex_info{
    .name = "priority_inheriting_mutex",
    .mechanism = "a process-shared mutex whose holder runs at its waiters' priority",
    .source = "pthread_mutex_t, PTHREAD_PRIO_INHERIT",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts priority_inheriting_mutex_facts{.aborts_who_waits = true};

}  // namespace detail

/// A pthread mutex that lends its holder the priority of who waits.
using PriorityInheritingMutex =
    InPlaceLock<handoff::ProcessSharedMutexOf<PTHREAD_MUTEX_DEFAULT, PTHREAD_PRIO_INHERIT>,
                detail::priority_inheriting_mutex_info, detail::priority_inheriting_mutex_facts>;

}  // namespace handoff::lock
