#pragma once

#include "unix_queue.hpp"

namespace handoff {

/// Unix datagram sockets with many writers and readers.
template <class Item, std::size_t Capacity>
class UnixDatagramQueue : public UnixQueue<Item, Capacity> {
 public:
  static constexpr Info info{.name = "unix_datagram_queue",
                             .mechanism = "socketpair(SOCK_DGRAM), its ends shared by all",
                             .source = "the kernel",
                             .syscalls_per_message = 2,
                             .survives_killed_worker = true,
                             .largest_capacity = UnixQueue<Item, Capacity>::largest_capacity};
  explicit UnixDatagramQueue(QueueShape) : UnixQueue<Item, Capacity>(info, SOCK_DGRAM) {}
};

}  // namespace handoff
