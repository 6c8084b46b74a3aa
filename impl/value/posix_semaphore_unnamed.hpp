#pragma once

#include "../common/locks/posix_semaphore.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info posix_semaphore_unnamed_value_info{
    .name = "posix_semaphore_unnamed",
    .mechanism = "elements under a semaphore of one permit in their memory",
    .source = "sem_init(3)",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside an unnamed POSIX semaphore of one permit.
template <class T, std::size_t Length>
using PosixSemaphoreUnnamedValue =
    LockedValue<T, Length, UnnamedSemaphoreLock, detail::posix_semaphore_unnamed_value_info>;

}  // namespace handoff
