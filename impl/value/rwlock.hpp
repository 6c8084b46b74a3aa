#pragma once

#include "../common/locks/rwlock.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info rwlock_value_info{
    .name = "rwlock",
    .mechanism = "elements under a process-shared read-write lock",
    .source = "pthread_rwlock_t",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside a process-shared pthread read-write lock; loads and reads take its shared form.
template <class T, std::size_t Length>
using RwlockValue = LockedValue<T, Length, ProcessSharedRwlock, detail::rwlock_value_info>;

}  // namespace handoff
