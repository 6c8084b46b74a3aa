#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info shared_mutex_info{
    .name = "shared_mutex",
    .mechanism = "a process-shared mutex",
    .source = "pthread_mutex_t",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts shared_mutex_facts{};

}  // namespace detail

/// A pthread mutex of the default type.
using SharedMutex =
    InPlaceLock<ProcessSharedMutex, detail::shared_mutex_info, detail::shared_mutex_facts>;

}  // namespace handoff::lock
