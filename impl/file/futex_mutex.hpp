#pragma once

#include "../common/locks/futex_mutex.hpp"
#include "locked_append.hpp"

namespace handoff {
namespace detail {

inline constexpr Info futex_mutex_append_info{
    .name = "futex_mutex",
    .mechanism = "records appended under a mutex of one word, on futex",
    .source = "own",
    .copies_per_message = 1,
    .syscalls_per_message = 2,  // find the end, write
    .on_peer_death = Survivor::hangs,
    .largest_message = limit_of_records,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Records appended under a futex mutex.
using FutexMutexAppend = LockedAppend<FutexMutex, detail::futex_mutex_append_info>;

}  // namespace handoff
