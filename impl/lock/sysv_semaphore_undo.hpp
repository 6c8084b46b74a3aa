#pragma once

#include "../common/locks/sysv_semaphore.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info sysv_semaphore_undo_info{
    .name = "sysv_semaphore_undo",
    .mechanism = "a System V semaphore that a holder's death gives back",
    .source = "semop(2)",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but it is free again
    .unavailable = handoff::detail::why_no_sysv_semaphore,
};
inline constexpr LockFacts sysv_semaphore_undo_facts{.on_holder_death = HolderDeath::goes_on};

}  // namespace detail

/// A System V semaphore of one permit, taken and given with SEM_UNDO.
using SysvSemaphoreUndo = InPlaceLock<SysvSemaphoreUndoLock, detail::sysv_semaphore_undo_info,
                                      detail::sysv_semaphore_undo_facts>;

}  // namespace handoff::lock
