#pragma once

#include <oneapi/tbb/mutex.h>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info tbb_mutex_info{
    .name = "tbb_mutex",
    .mechanism = "tbb::mutex",
    .source = "oneTBB 2021.8",
    .reach = Reach::threads,
    .waiting = Waiting::spins_then_blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts tbb_mutex_facts{};

}  // namespace detail

/// oneTBB's mutex that spins before it sleeps.
using TbbMutex = InPlaceLock<tbb::mutex, detail::tbb_mutex_info, detail::tbb_mutex_facts>;

}  // namespace handoff::lock
