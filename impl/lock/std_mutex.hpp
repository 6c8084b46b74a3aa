#pragma once

#include <mutex>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info std_mutex_info{
    .name = "std_mutex",
    .mechanism = "std::mutex",
    .source = "the C++ library",
    .reach = Reach::threads,
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts std_mutex_facts{};

}  // namespace detail

/// The C++ library's mutex.
using StdMutex = InPlaceLock<std::mutex, detail::std_mutex_info, detail::std_mutex_facts>;

}  // namespace handoff::lock
