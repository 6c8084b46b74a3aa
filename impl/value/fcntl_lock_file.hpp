#pragma once

#include "locked_file.hpp"

namespace handoff {
namespace detail {

inline constexpr Info fcntl_lock_file_info{
    .name = "fcntl_lock_file",
    .mechanism = "elements in a file, read and written under a record lock",
    .source = "fcntl(2), F_SETLKW",
    .reach = Reach::processes,
    .copies_per_message = 2,
    .syscalls_per_message = 4,  // of a change: lock, read, write, unlock
    .on_peer_death = Survivor::told,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Elements in a nameless file, read and written under a POSIX record lock, which threads share.
template <class T, std::size_t Length>
using FcntlLockFile = LockedFile<T, Length, RecordLock, detail::fcntl_lock_file_info>;

}  // namespace handoff
