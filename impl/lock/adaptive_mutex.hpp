#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info adaptive_mutex_info{
    .name = "adaptive_mutex",
    .mechanism = "a process-shared mutex whose waiters spin for a while",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_ADAPTIVE_NP",
    .waiting = Waiting::spins_then_blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts adaptive_mutex_facts{};

}  // namespace detail

/// A pthread mutex that spins before it sleeps.
using AdaptiveMutex = InPlaceLock<handoff::ProcessSharedMutexOf<PTHREAD_MUTEX_ADAPTIVE_NP>,
                                  detail::adaptive_mutex_info, detail::adaptive_mutex_facts>;

}  // namespace handoff::lock
