#pragma once

#include "../common/locks/ttas_lock.hpp"
#include "in_place_lock.hpp"

namespace handoff::lock {
namespace detail {

inline constexpr Info ttas_lock_info{
    .name = "ttas_lock",
    .mechanism = "a test-and-test-and-set spin lock",
    .source = "own",
    .waiting = Waiting::spins,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr LockFacts ttas_lock_facts{};

}  // namespace detail

/// A test-and-test-and-set lock.
using TtasLock = InPlaceLock<handoff::TtasLock, detail::ttas_lock_info, detail::ttas_lock_facts>;

}  // namespace handoff::lock
