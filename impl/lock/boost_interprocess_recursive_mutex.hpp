#pragma once

#include <boost/interprocess/sync/interprocess_recursive_mutex.hpp>

#include "boost_lock.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info boost_interprocess_recursive_mutex_info{
    .name = "boost_interprocess_recursive_mutex",
    .mechanism = "interprocess_recursive_mutex",
    .source = "Boost.Interprocess 1.74",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts boost_interprocess_recursive_mutex_facts{.recursive = true};

}  // namespace detail

/// Boost.Interprocess's recursive mutex.
using BoostInterprocessRecursiveMutex =
    InPlaceLock<BoostTimedLock<boost::interprocess::interprocess_recursive_mutex>,
                detail::boost_interprocess_recursive_mutex_info,
                detail::boost_interprocess_recursive_mutex_facts>;

}  // namespace handoff::lock
