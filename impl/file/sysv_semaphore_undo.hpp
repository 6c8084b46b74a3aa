#pragma once

#include "../common/locks/sysv_semaphore.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline std::string why_no_sysv_semaphore_append() {
  std::string reason = why_no_nameless_file();
  return reason.empty() ? why_no_sysv_semaphore() : reason;
}

inline constexpr Info sysv_semaphore_undo_append_info{
    .name = "sysv_semaphore_undo",
    .mechanism = "records appended under a System V semaphore that a holder's death gives back",
    .source = "semop(2)",
    .copies_per_message = 1,
    .syscalls_per_message = 4,  // take, find the end, write, give
    .on_peer_death = Survivor::told,
    .largest_message = limit_of_records,
    .unavailable = why_no_sysv_semaphore_append,
};

}  // namespace detail

/// Records appended under a System V semaphore, taken and given with SEM_UNDO.
using SysvSemaphoreUndoAppend =
    LockedAppend<SysvSemaphoreUndoLock, detail::sysv_semaphore_undo_append_info>;

}  // namespace handoff
