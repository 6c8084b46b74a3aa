#pragma once

#include "../common/locks/posix_semaphore.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info posix_semaphore_named_info{
    .name = "posix_semaphore_named",
    .mechanism = "a semaphore of one permit that has a name",
    .source = "sem_open(3)",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts posix_semaphore_named_facts{};

}  // namespace detail

/// A POSIX semaphore of one permit that is opened by name.
using PosixSemaphoreNamed = InPlaceLock<NamedSemaphoreLock, detail::posix_semaphore_named_info,
                                        detail::posix_semaphore_named_facts>;

}  // namespace handoff::lock
