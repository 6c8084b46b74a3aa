#pragma once

#include "../common/locks/sysv_semaphore.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info sysv_semaphore_undo_value_info{
    .name = "sysv_semaphore_undo",
    .mechanism = "elements under a System V semaphore that a holder's death gives back",
    .source = "semop(2)",
    .copies_per_message = 1,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but the semaphore is free again
    .unavailable = why_no_sysv_semaphore,
};

}  // namespace detail

/// Elements beside the number of a System V semaphore, taken and given with SEM_UNDO.
template <class T, std::size_t Length>
using SysvSemaphoreUndoValue =
    LockedValue<T, Length, SysvSemaphoreUndoLock, detail::sysv_semaphore_undo_value_info>;

}  // namespace handoff
