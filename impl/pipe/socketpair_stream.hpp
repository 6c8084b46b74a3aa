#pragma once

#include <sys/socket.h>

#include "framing.hpp"

/// A pair of connected Unix stream sockets; messages are framed by their length.
namespace handoff {
namespace detail {

inline ssize_t write_to_stream(int descriptor, iovec* vectors, int count) {
  msghdr header{};
  header.msg_iov = vectors;
  header.msg_iovlen = static_cast<std::size_t>(count);
  return ::sendmsg(descriptor, &header, MSG_NOSIGNAL);
}

inline constexpr Info socketpair_stream_info{
    .name = "socketpair_stream",
    .mechanism = "Unix stream sockets, messages framed by their length",
    .source = "socketpair(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

}  // namespace detail

class SocketpairStream {
 public:
  static constexpr const Info& info = detail::socketpair_stream_info;
  using End = FramedEnd<detail::socketpair_stream_info, detail::write_to_stream>;

  explicit SocketpairStream(PipeShape shape) : SocketpairStream(shape, Sockets()) {}

  End end(unsigned i) { return End(ends_.take(i)); }
  void abandon() { ends_.abandon(); }

 private:
  struct Sockets {
    int both[2];
    Sockets() {
      if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) == -1) {
        throw_errno("socketpair_stream: socketpair");
      }
    }
  };

  SocketpairStream(PipeShape shape, Sockets sockets)
      : ends_(shape.peers, socket_end(shape.direction, 0, sockets.both[0]),
              socket_end(shape.direction, 1, sockets.both[1])) {}

  UntakenEnds ends_;
};

static_assert(Pipe<SocketpairStream>);

}  // namespace handoff
