#pragma once

#include <boost/interprocess/sync/interprocess_mutex.hpp>

#include "boost_lock.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info boost_interprocess_mutex_info{
    .name = "boost_interprocess_mutex",
    .mechanism = "interprocess_mutex",
    .source = "Boost.Interprocess 1.74",
    .waiting = Waiting::blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts boost_interprocess_mutex_facts{};

}  // namespace detail

/// Boost.Interprocess's mutex.
using BoostInterprocessMutex =
    InPlaceLock<BoostTimedLock<boost::interprocess::interprocess_mutex>,
                detail::boost_interprocess_mutex_info, detail::boost_interprocess_mutex_facts>;

}  // namespace handoff::lock
