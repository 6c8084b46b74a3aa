#pragma once

#include <sys/socket.h>

#include "descriptor_pairs.hpp"
#include "framing.hpp"

/// A pair of connected Unix stream sockets; messages are framed by their length.
namespace handoff {
namespace detail {

inline Sockets stream_sockets() {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) == -1) throw_errno("socketpair");
  return {Descriptor(both[0]), Descriptor(both[1])};
}

inline constexpr Info socketpair_stream_info{
    .name = "socketpair_stream",
    .mechanism = "Unix stream sockets, messages framed by their length",
    .source = "socketpair(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // by the kernel
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

}  // namespace detail

using SocketpairStream =
    SocketPair<detail::socketpair_stream_info,
               FramedEnd<detail::socketpair_stream_info, write_to_socket>, detail::stream_sockets>;

static_assert(Pipe<SocketpairStream>);

}  // namespace handoff
