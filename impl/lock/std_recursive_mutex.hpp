#pragma once

#include <mutex>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info std_recursive_mutex_info{
    .name = "std_recursive_mutex",
    .mechanism = "std::recursive_mutex",
    .source = "the C++ library",
    .reach = Reach::threads,
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts std_recursive_mutex_facts{.recursive = true};

}  // namespace detail

/// The C++ library's recursive mutex.
using StdRecursiveMutex = InPlaceLock<std::recursive_mutex, detail::std_recursive_mutex_info,
                                      detail::std_recursive_mutex_facts>;

}  // namespace handoff::lock
