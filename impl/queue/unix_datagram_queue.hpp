#pragma once

#include "unix_queue.hpp"

namespace handoff {
namespace detail {

template <class Item>
inline constexpr Info unix_datagram_queue_info{
    .name = "unix_datagram_queue",
    .mechanism = "socketpair(SOCK_DGRAM), its ends shared by all",
    .source = "the kernel",
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = 2,
    .survives_killed_worker = true,
    .largest_message = unix_queue_message,
    .largest_capacity = unix_queue_capacity<Item>,
};

}  // namespace detail

/// Unix datagram sockets with many writers and readers.
template <class Item, std::size_t Capacity>
using UnixDatagramQueue =
    UnixQueue<Item, Capacity, SOCK_DGRAM, detail::unix_datagram_queue_info<Item>>;

}  // namespace handoff
