#pragma once

#include <mutex>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info std_timed_mutex_info{
    .name = "std_timed_mutex",
    .mechanism = "std::timed_mutex",
    .source = "the C++ library",
    .reach = Reach::threads,
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts std_timed_mutex_facts{};

}  // namespace detail

/// The C++ library's mutex that can give up waiting.
using StdTimedMutex =
    InPlaceLock<std::timed_mutex, detail::std_timed_mutex_info, detail::std_timed_mutex_facts>;

}  // namespace handoff::lock
