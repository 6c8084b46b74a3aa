#pragma once

#include <sys/socket.h>

#include <memory>
#include <utility>

#include "grpc_connection.hpp"
#include "untaken_ends.hpp"

/// A gRPC call that goes on in both directions, over a Unix socket: end 0 serves it, end 1 makes
/// it. Bytes as they are, without protobuf. gRPC works in no child of a process that has used it:
/// each end brings it up when it is taken.
namespace handoff {

class GrpcStream {
 public:
  static constexpr Info info{
      .name = "grpc_stream",
      .mechanism =
          "a bidirectional call of raw bytes over a Unix socket, with threads of the library",
      .source = "gRPC 1.51",
      .producers = Holders::one,
      .consumers = Holders::one,
      .copies_per_message = 4,  // into and out of the library's slices, two by the kernel
      .syscalls_per_message = 8.1,
      .on_peer_death = Survivor::told,
  };

  class End {
   public:
    explicit End(std::unique_ptr<detail::GrpcConnection> connection)
        : connection_(std::move(connection)) {}

    Status send(std::span<const std::byte> message) { return open().send(message); }
    Received receive(std::span<std::byte> buffer) { return open().receive(buffer); }
    bool poll(Deadline deadline) { return open().poll(deadline); }
    /// The socket is the library's, which reads ahead.
    int descriptor() const { return -1; }
    void close() { connection_.reset(); }

   private:
    detail::GrpcConnection& open() const {
      if (connection_) return *connection_;
      throw std::logic_error("grpc_stream: this end is closed");
    }

    std::unique_ptr<detail::GrpcConnection> connection_;
  };

  explicit GrpcStream(PipeShape shape) : GrpcStream(shape, connected_sockets()) {}

  End end(unsigned i) {
    const int socket = ends_.take(info.name, i).release().in;
    std::unique_ptr<detail::GrpcCall> call;
    if (i == 0) {
      call = std::make_unique<detail::GrpcServerCall>(socket);
    } else {
      call = std::make_unique<detail::GrpcClientCall>(socket);
    }
    detail::GrpcFlow* in = duplex_ || i == 1 ? &flows_[1 - i] : nullptr;
    detail::GrpcFlow* out = duplex_ || i == 0 ? &flows_[i] : nullptr;
    return End(std::make_unique<detail::GrpcConnection>(std::move(call), in, out));
  }
  void abandon() { ends_.abandon(); }

 private:
  GrpcStream(PipeShape shape, std::pair<int, int> sockets)
      : ends_(shape.peers, {.in = sockets.first}, {.in = sockets.second}),
        duplex_(shape.direction == Direction::duplex) {}

  static std::pair<int, int> connected_sockets() {
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) == -1) {
      throw_errno("socketpair");
    }
    return {sockets[0], sockets[1]};
  }

  UntakenEnds ends_;
  detail::GrpcFlow flows_[2];  ///< end `i` sends by flow `i`
  bool duplex_;
};

static_assert(Pipe<GrpcStream>);

}  // namespace handoff
