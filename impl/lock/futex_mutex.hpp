#pragma once

#include "../common/locks/futex_mutex.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info futex_mutex_info{
    .name = "futex_mutex",
    .mechanism = "a futex of three states",
    .source = "own",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts futex_mutex_facts{};

}  // namespace detail

/// A mutex made of one futex.
using FutexMutex =
    InPlaceLock<handoff::FutexMutex, detail::futex_mutex_info, detail::futex_mutex_facts>;

}  // namespace handoff::lock
