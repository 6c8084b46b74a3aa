#pragma once

#include "../common/locks/posix_semaphore.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info posix_semaphore_named_value_info{
    .name = "posix_semaphore_named",
    .mechanism = "elements under a semaphore of one permit that has a name",
    .source = "sem_open(3)",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside a handle of a named POSIX semaphore of one permit.
template <class T, std::size_t Length>
using PosixSemaphoreNamedValue =
    LockedValue<T, Length, NamedSemaphoreLock, detail::posix_semaphore_named_value_info>;

}  // namespace handoff
