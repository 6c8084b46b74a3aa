#pragma once

#include <tbb/spin_mutex.h>

#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info tbb_spin_mutex_info{
    .name = "tbb_spin_mutex",
    .mechanism = "a spin lock that yields after a while",
    .source = "oneTBB 2021.8",
    .reach = Reach::threads,
    .waiting = Waiting::spins_then_yields,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts tbb_spin_mutex_facts{};

}  // namespace detail

/// oneTBB's spin lock.
using TbbSpinMutex =
    InPlaceLock<tbb::spin_mutex, detail::tbb_spin_mutex_info, detail::tbb_spin_mutex_facts>;

}  // namespace handoff::lock
