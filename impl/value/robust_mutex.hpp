#pragma once

#include "../common/locks/robust_mutex.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info robust_mutex_value_info{
    .name = "robust_mutex",
    .mechanism = "elements under a robust process-shared mutex",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_ROBUST",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::told,
};

}  // namespace detail

/// Elements beside a robust pthread mutex. Whoever comes first after a worker has died with the
/// lock gets OwnerDied, once, instead of an element that may be half changed.
template <class T, std::size_t Length>
using RobustMutexValue = LockedValue<T, Length, RobustMutex, detail::robust_mutex_value_info>;

}  // namespace handoff
