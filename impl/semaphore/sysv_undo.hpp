#pragma once

#include "in_place_semaphore.hpp"
#include "sysv_permits.hpp"

namespace handoff::semaphore {
namespace detail {

inline constexpr Info sysv_undo_info{
    .name = "sysv_undo",
    .mechanism = "System V semaphore of which the kernel undoes what an ended process did",
    .source = "semop(2)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nothing is said, but the permits are back
    .largest_capacity = most_sysv_permits,
    .unavailable = handoff::detail::why_no_sysv_semaphore,
};
inline constexpr SemaphoreFacts sysv_undo_facts{.undone_at_end = true};
inline constexpr short sysv_undo_flags = SEM_UNDO;

}  // namespace detail

using SysvUndo = InPlaceSemaphore<SysvPermits<detail::sysv_undo_flags, detail::sysv_undo_info>,
                                  detail::sysv_undo_info, detail::sysv_undo_facts>;

}  // namespace handoff::semaphore
