#pragma once

#include "packet_end.hpp"

/// A pair of connected Unix sequenced-packet sockets: one message is one packet.
namespace handoff {
namespace detail {

inline Sockets seqpacket_sockets() { return unix_sockets(SOCK_SEQPACKET); }

inline constexpr Info socketpair_seqpacket_info{
    .name = "socketpair_seqpacket",
    .mechanism = "Unix sequenced-packet sockets, a packet per message",
    .source = "socketpair(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,
    .largest_message = largest_in_packet<SOCK_SEQPACKET>,
};

}  // namespace detail

using SocketpairSeqpacket =
    SocketPair<detail::socketpair_seqpacket_info,
               PacketEnd<detail::socketpair_seqpacket_info, LastWord::from_the_kernel>,
               detail::seqpacket_sockets>;

static_assert(Pipe<SocketpairSeqpacket>);

}  // namespace handoff
