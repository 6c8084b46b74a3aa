#pragma once

#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "../common/descriptor.hpp"
#include "zeromq_pair.hpp"

/// ZeroMQ PAIR sockets over TCP on the loopback interface.
namespace handoff {
namespace detail {

inline constexpr Info zeromq_pair_tcp_info{
    .name = "zeromq_pair_tcp",
    .mechanism = "PAIR sockets over TCP, each process with a thread for input and output",
    .source = "libzmq 4.3",
    .producers = Holders::one,
    .consumers = Holders::one,
    // Into and out of the library's message, and two by the kernel; one more below 8 KiB, where the
    // library gathers what it sends.
    .copies_per_message = 4,
    .syscalls_per_message = 23.5,  // mostly of the I/O threads; 0.3 of a stream, in batches
    .on_peer_death = Survivor::hangs,
};

/// A socket that listens on a port of the kernel's choice, so that the other end never comes early.
struct TcpListener {
  Descriptor socket;
  std::uint16_t port = 0;

  TcpListener() {
    socket.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (socket.get() == -1 || ::bind(socket.get(), generic, size) == -1 ||
        ::listen(socket.get(), 1) == -1 || ::getsockname(socket.get(), generic, &size) == -1) {
      throw_errno("zeromq_pair_tcp: listening on 127.0.0.1");
    }
    port = ntohs(address.sin_port);
  }
};

inline ZeromqKey random_zeromq_key() {
  ZeromqKey key{};
  if (getrandom(key.data(), sizeof(key), 0) != sizeof(key)) throw_errno("getrandom");
  return key;
}

}  // namespace detail

/// The library takes whoever connects first for the peer, and that can be any user of this machine.
/// So the connecting end shows a key before anything is sent to it or taken from it; who came
/// before it without the key is an error.
class ZeromqPairTcp {
 public:
  static constexpr const Info& info = detail::zeromq_pair_tcp_info;
  using End = detail::ZeromqEnd<detail::zeromq_pair_tcp_info>;

  explicit ZeromqPairTcp(PipeShape shape) : ZeromqPairTcp(shape, detail::TcpListener()) {}

  End end(unsigned i) {
    EndDescriptors taken = ends_.take(info.name, i);
    detail::ZeromqSocket socket = detail::zeromq_pair_socket(info.name);
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(port_);
    if (i == 0) {
      socket.set(ZMQ_USE_FD, taken.release().in);
      socket.bind(endpoint);
    } else {
      socket.connect(endpoint);
    }
    auto greeting = i == 0 ? detail::Greeting::awaited : detail::Greeting::said;
    return flows_.end<End>(i, std::move(socket), std::move(taken), greeting, key_);
  }
  void abandon() { ends_.abandon(); }

 private:
  ZeromqPairTcp(PipeShape shape, detail::TcpListener listener)
      : ends_(shape.peers, {.in = listener.socket.release()}, {}),
        port_(listener.port),
        flows_(shape.direction) {}

  UntakenEnds ends_;
  std::uint16_t port_;
  detail::ZeromqKey key_ = detail::random_zeromq_key();
  detail::ZeromqFlows flows_;
};

static_assert(Pipe<ZeromqPairTcp>);

}  // namespace handoff
