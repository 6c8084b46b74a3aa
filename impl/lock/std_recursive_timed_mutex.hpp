#pragma once

#include <mutex>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info std_recursive_timed_mutex_info{
    .name = "std_recursive_timed_mutex",
    .mechanism = "std::recursive_timed_mutex",
    .source = "the C++ library",
    .reach = Reach::threads,
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts std_recursive_timed_mutex_facts{.recursive = true};

}  // namespace detail

/// The C++ library's recursive mutex that can give up waiting.
using StdRecursiveTimedMutex =
    InPlaceLock<std::recursive_timed_mutex, detail::std_recursive_timed_mutex_info,
                detail::std_recursive_timed_mutex_facts>;

}  // namespace handoff::lock
