#pragma once

#include "../common/locks/ttas_lock.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ttas_lock_value_info{
    .name = "ttas_lock",
    .mechanism = "elements under a test-and-test-and-set spin lock",
    .source = "own",
    .waiting = Waiting::spins,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside a test-and-test-and-set lock.
template <class T, std::size_t Length>
using TtasLockValue = LockedValue<T, Length, TtasLock, detail::ttas_lock_value_info>;

}  // namespace handoff
