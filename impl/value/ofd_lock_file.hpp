#pragma once

#include "locked_file.hpp"

namespace handoff {
namespace detail {

inline constexpr Info ofd_lock_file_info{
    .name = "ofd_lock_file",
    .mechanism = "elements in a file, read and written under a lock of the open file",
    .source = "fcntl(2), F_OFD_SETLKW",
    .copies_per_message = 2,
    .syscalls_per_message = 4,  // of a change: lock, read, write, unlock
    .on_peer_death = Survivor::told,
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Elements in a nameless file, read and written under a lock of the open file description.
template <class T, std::size_t Length>
using OfdLockFile = LockedFile<T, Length, OpenFileLock, detail::ofd_lock_file_info>;

}  // namespace handoff
