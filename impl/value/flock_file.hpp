#pragma once

#include "locked_file.hpp"

namespace handoff {
namespace detail {

inline constexpr Info flock_file_info{
    .name = "flock_file",
    .mechanism = "elements in a file, read and written under a file lock",
    .source = "flock(2)",
    .copies_per_message = 2,
    .syscalls_per_message = 4,  // of a change: lock, read, write, unlock
    .on_peer_death = Survivor::told,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Elements in a nameless file, read and written under flock(2).
template <class T, std::size_t Length>
using FlockFile = LockedFile<T, Length, Flock, detail::flock_file_info>;

}  // namespace handoff
