#pragma once

#include "unix_queue.hpp"

namespace handoff {

/// Unix seqpacket sockets with many writers and readers.
template <class Item, std::size_t Capacity>
class UnixSeqpacketQueue : public UnixQueue<Item, Capacity> {
 public:
  static constexpr Info info{.name = "unix_seqpacket_queue",
                             .mechanism = "socketpair(SOCK_SEQPACKET), its ends shared by all",
                             .source = "the kernel",
                             .syscalls_per_message = 2,
                             .survives_killed_worker = true,
                             .largest_capacity = UnixQueue<Item, Capacity>::largest_capacity};
  explicit UnixSeqpacketQueue(QueueShape) : UnixQueue<Item, Capacity>(info, SOCK_SEQPACKET) {}
};

}  // namespace handoff
