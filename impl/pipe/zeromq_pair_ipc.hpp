#pragma once

#include "../common/unix_listener.hpp"
#include "zeromq_pair.hpp"

/// ZeroMQ PAIR sockets over a Unix socket (the library's transport "ipc").
namespace handoff {
namespace detail {

inline constexpr Info zeromq_pair_ipc_info{
    .name = "zeromq_pair_ipc",
    .mechanism = "PAIR sockets over a Unix socket, each process with a thread for input and output",
    .source = "libzmq 4.3",
    .producers = Holders::one,
    .consumers = Holders::one,
    // Into and out of the library's message, and two by the kernel; one more below 8 KiB, where the
    // library gathers what it sends.
    .copies_per_message = 4,
    .syscalls_per_message = 23.5,  // mostly of the I/O threads; 0.3 of a stream, in batches
    .on_peer_death = Survivor::hangs,
};

}  // namespace detail

class ZeromqPairIpc {
 public:
  static constexpr const Info& info = detail::zeromq_pair_ipc_info;
  using End = detail::ZeromqEnd<detail::zeromq_pair_ipc_info>;

  explicit ZeromqPairIpc(PipeShape shape) : ZeromqPairIpc(shape, UnixListener(info.name, 1)) {}

  End end(unsigned i) {
    EndDescriptors taken = ends_.take(info.name, i);
    detail::ZeromqSocket socket = detail::zeromq_pair_socket(info.name);
    const std::string endpoint = "ipc:///proc/self/fd/" + std::to_string(taken.input());
    if (i == 0) {
      socket.set(ZMQ_USE_FD, taken.release().in);
      socket.bind(endpoint);
    } else {
      socket.connect(endpoint);
    }
    return flows_.end<End>(i, std::move(socket), std::move(taken));
  }
  void abandon() { ends_.abandon(); }

 private:
  ZeromqPairIpc(PipeShape shape, UnixListener listener)
      : ends_(shape.peers, {.in = listener.socket.release()}, {.in = listener.file.release()}),
        flows_(shape.direction) {}

  UntakenEnds ends_;
  detail::ZeromqFlows flows_;
};

static_assert(Pipe<ZeromqPairIpc>);

}  // namespace handoff
