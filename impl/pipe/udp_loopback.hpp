#pragma once

#include <sys/random.h>
#include <sys/time.h>

#include "accepted_sockets.hpp"
#include "descriptor_pairs.hpp"
#include "udp_box.hpp"

/// Two UDP sockets on the loopback interface for each direction, connected with each other; one
/// message is one datagram.
namespace handoff {
namespace detail {

inline Descriptor udp_socket() {
  Descriptor made(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (made.get() == -1) throw_errno("udp_loopback: socket");
  return made;
}

inline OneWay udp_sockets() {
  auto failed = [](const char* call) { throw_errno(std::string("udp_loopback: ") + call); };
  Descriptor sockets[] = {udp_socket(), udp_socket()};
  SocketAddress<sockaddr_in> places[2];
  for (int i : {0, 1}) {
    places[i].address.sin_family = AF_INET;
    places[i].address.sin_port = 0;  // the system chooses
    places[i].address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int socket = sockets[i].get();
    if (::bind(socket, places[i].get(), places[i].length) == -1) failed("bind");
    if (::getsockname(socket, places[i].get(), &places[i].length) == -1) failed("getsockname");
    timeval patience{.tv_sec = udp_patience.count(), .tv_usec = 0};
    if (::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == -1) {
      failed("SO_RCVTIMEO");
    }
  }
  for (int i : {0, 1}) {
    SocketAddress<sockaddr_in>& other = places[1 - i];
    if (::connect(sockets[i].get(), other.get(), other.length) == -1) failed("connect");
  }
  return {std::move(sockets[0]), std::move(sockets[1])};
}

inline std::size_t udp_default_buffer() {
  static const std::size_t bytes = udp_receive_buffer(udp_socket().get());
  return bytes;
}

inline constexpr std::size_t udp_least_buffer = 65536;

inline constexpr Info udp_loopback_info{
    .name = "udp_loopback",
    .mechanism = "UDP sockets on 127.0.0.1, a datagram per message, with credit against overflow",
    .source = "udp(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 3,      // into the kernel, out of it, into the receiver's buffer
    .syscalls_per_message = 2.3,  // credit, in two calls, for every seventh small message
    .on_peer_death = Survivor::hangs,
    .largest_message = [] { return UdpWindow(udp_default_buffer()).largest_message(); },
    .unavailable =
        [] {
          bool small = udp_default_buffer() < udp_least_buffer;
          return std::string(small ? "net.core.rmem_default is below 64 KiB" : "");
        },
};
inline constexpr char udp_loopback_advice[] = "raise net.core.rmem_default or choose another";

inline UdpKey random_udp_key() {
  UdpKey key{};
  if (getrandom(key.data(), sizeof(key), 0) != sizeof(key)) throw_errno("getrandom");
  return key;
}

}  // namespace detail

class UdpLoopback {
 public:
  static constexpr const Info& info = detail::udp_loopback_info;
  using End = MailboxEnd<detail::UdpBox, detail::udp_loopback_info, detail::udp_loopback_advice>;

  explicit UdpLoopback(PipeShape shape)
      : ends_(ends_over(shape.peers, detail::udp_sockets(),
                        shape.direction == Direction::duplex ? detail::udp_sockets() : OneWay())) {}

  End end(unsigned i) {
    EndNumbers numbers = ends_.take(info.name, i).release();
    return End(i, box(numbers.in, 1 - i), box(numbers.out, i), flags_);
  }
  void abandon() { ends_.abandon(); }

 private:
  std::optional<detail::UdpBox> box(int socket, unsigned sender) {
    if (socket == -1) return std::nullopt;
    return detail::UdpBox(Descriptor(socket), key_, tallies_[sender], flags_[sender]);
  }

  UntakenEnds ends_;
  detail::UdpKey key_ = detail::random_udp_key();
  detail::UdpTally tallies_[2];  ///< of what ends 0 and 1 send
  MailboxFlags flags_[2];        ///< of what ends 0 and 1 send
};

static_assert(Pipe<UdpLoopback>);

}  // namespace handoff
