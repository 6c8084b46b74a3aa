#pragma once

#include "../common/locks/process_shared_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info error_checking_mutex_info{
    .name = "error_checking_mutex",
    .mechanism = "a process-shared mutex that knows its holder",
    .source = "pthread_mutex_t, PTHREAD_MUTEX_ERRORCHECK",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts error_checking_mutex_facts{.checked = true};

}  // namespace detail

/// A pthread mutex that refuses wrong use.
using ErrorCheckingMutex =
    InPlaceLock<handoff::ProcessSharedMutexOf<PTHREAD_MUTEX_ERRORCHECK>,
                detail::error_checking_mutex_info, detail::error_checking_mutex_facts>;

}  // namespace handoff::lock
