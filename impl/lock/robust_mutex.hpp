#pragma once

#include "../common/locks/robust_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info robust_mutex_info{
    .name = "robust_mutex",
    .mechanism = "a robust process-shared mutex",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_ROBUST",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::told,
};
inline constexpr LockFacts robust_mutex_facts{.checked = true,
                                              .on_holder_death = HolderDeath::told};

}  // namespace detail

/// A pthread mutex that tells the next one when its holder has died.
using RobustMutex =
    InPlaceLock<handoff::RobustMutex, detail::robust_mutex_info, detail::robust_mutex_facts>;

}  // namespace handoff::lock
