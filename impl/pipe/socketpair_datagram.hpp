#pragma once

#include "packet_end.hpp"

/// A pair of connected Unix datagram sockets per direction: one message is one datagram.
///
/// A pair per direction, because a send that is refused makes the kernel drop what its own socket
/// has received and not yet read (net/unix/af_unix.c, unix_dgram_disconnected).
namespace handoff {
namespace detail {

inline OneWay datagram_sockets() {
  Sockets sockets = unix_sockets(SOCK_DGRAM);
  return {std::move(sockets.first), std::move(sockets.second)};
}

inline constexpr Info socketpair_datagram_info{
    .name = "socketpair_datagram",
    .mechanism = "Unix datagram sockets, a datagram per message, and one that says the end",
    .source = "socketpair(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::hangs,  // the kernel tells no reader that the writer has gone
    .largest_message = largest_in_packet<SOCK_DGRAM>,
};

}  // namespace detail

using SocketpairDatagram =
    OneWayPairs<detail::socketpair_datagram_info,
                PacketEnd<detail::socketpair_datagram_info, LastWord::a_packet>,
                detail::datagram_sockets>;

static_assert(Pipe<SocketpairDatagram>);

}  // namespace handoff
