#pragma once

#include "../common/locks/futex_mutex.hpp"
#include "locked_elements.hpp"

namespace handoff {
namespace detail {

inline constexpr Info futex_mutex_value_info{
    .name = "futex_mutex",
    .mechanism = "elements under a futex of three states",
    .source = "own",
    .waiting = Waiting::blocks,
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

/// Elements beside a mutex made of one futex.
template <class T, std::size_t Length>
using FutexMutexValue = LockedValue<T, Length, FutexMutex, detail::futex_mutex_value_info>;

}  // namespace handoff
