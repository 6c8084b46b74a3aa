#pragma once

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>

#include <array>

#include "accepted_sockets.hpp"
#include "framing.hpp"

/// A TCP connection over the loopback interface, without Nagle's delay; messages are framed by
/// their length.
namespace handoff {
namespace detail {

inline constexpr Info tcp_loopback_info{
    .name = "tcp_loopback",
    .mechanism = "a TCP connection over 127.0.0.1 without delay, messages framed by their length",
    .source = "tcp(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // by the kernel
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

/// Whether the peer of the accepted socket has the address and the port of the connecting one.
inline bool accepted_is_connected(int connecting, int accepted) {
  SocketAddress<sockaddr_in> own;
  SocketAddress<sockaddr_in> peer;
  if (::getsockname(connecting, own.get(), &own.length) == -1) throw_errno("getsockname");
  // Who has gone already is not ours.
  if (::getpeername(accepted, peer.get(), &peer.length) == -1) return false;
  return own.address.sin_port == peer.address.sin_port &&
         own.address.sin_addr.s_addr == peer.address.sin_addr.s_addr;
}

inline Sockets tcp_sockets() {
  SocketAddress<sockaddr_in> place;
  place.address.sin_family = AF_INET;
  place.address.sin_port = 0;  // the system chooses
  place.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Sockets both = connect_and_accept<accepted_is_connected>(tcp_loopback_info.name, place);
  for (int socket : {both.first.get(), both.second.get()}) {
    int on = 1;
    if (::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == -1) {
      throw_errno("tcp_loopback: TCP_NODELAY");
    }
  }
  return both;
}

/// Closing a connection that has unread bytes, or gets more, resets it, and what the other end's
/// kernel has not yet taken is lost (RFC 1122, 4.2.2.13). So an end that also receives throws away
/// what comes until the other kernel has taken everything, or has gone.
inline void linger(int in, int out) {
  constexpr int between_looks_ms = 1;
  if (in == -1 || out == -1) return;
  for (int unsent = 0; ::ioctl(out, SIOCOUTQNSD, &unsent) == 0 && unsent > 0;) {
    pollfd entry{.fd = in, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, between_looks_ms) <= 0) continue;
    std::array<std::byte, 16384> unread;
    ssize_t taken = ::recv(in, unread.data(), unread.size(), MSG_DONTWAIT);
    if (taken == 0 || (taken == -1 && errno != EAGAIN && errno != EINTR)) return;  // has gone
  }
}

}  // namespace detail

using TcpLoopback =
    SocketPair<detail::tcp_loopback_info,
               FramedEnd<detail::tcp_loopback_info, write_to_socket, ::read, detail::linger>,
               detail::tcp_sockets>;

static_assert(Pipe<TcpLoopback>);

}  // namespace handoff
