#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info shared_mutex_value_info{
    .name = "shared_mutex",
    .mechanism = "elements under a process-shared mutex",
    .source = "pthread_mutex_t",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,  // a holder that is killed never unlocks
};

}  // namespace detail

/// Elements beside a process-shared pthread mutex.
template <class T, std::size_t Length>
using SharedMutexValue =
    LockedValue<T, Length, ProcessSharedMutex, detail::shared_mutex_value_info>;

}  // namespace handoff
