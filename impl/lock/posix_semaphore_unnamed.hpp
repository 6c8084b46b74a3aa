#pragma once

#include "../common/locks/posix_semaphore.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info posix_semaphore_unnamed_info{
    .name = "posix_semaphore_unnamed",
    .mechanism = "a semaphore of one permit",
    .source = "sem_init(3)",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts posix_semaphore_unnamed_facts{};

}  // namespace detail

/// A POSIX semaphore of one permit.
using PosixSemaphoreUnnamed =
    InPlaceLock<UnnamedSemaphoreLock, detail::posix_semaphore_unnamed_info,
                detail::posix_semaphore_unnamed_facts>;

}  // namespace handoff::lock
