#pragma once

#include "unix_queue.hpp"

namespace handoff {
namespace detail {

template <class Item>
inline constexpr Info unix_seqpacket_queue_info{
    .name = "unix_seqpacket_queue",
    .mechanism = "socketpair(SOCK_SEQPACKET), its ends shared by all",
    .source = "the kernel",
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = 2,
    .survives_killed_worker = true,
    .largest_message = unix_queue_message,
    .largest_capacity = unix_queue_capacity<Item>,
};

}  // namespace detail

/// Unix seqpacket sockets with many writers and readers.
template <class Item, std::size_t Capacity>
using UnixSeqpacketQueue =
    UnixQueue<Item, Capacity, SOCK_SEQPACKET, detail::unix_seqpacket_queue_info<Item>>;

}  // namespace handoff
