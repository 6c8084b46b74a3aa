#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <utility>

#include "contract.hpp"
#include "descriptor_lanes.hpp"
#include "prefork.hpp"

namespace handoff {

namespace detail {

/// A connected stream socket.
class SocketStream {
 public:
  static std::pair<SocketStream, SocketStream> connected() {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
      throw_errno("socketpair of a pool's worker");
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    return {SocketStream(pair[0]), SocketStream(pair[1])};
  }

  SocketStream() = default;
  int input() const { return socket_; }
  int output() const { return socket_; }
  ssize_t read(std::span<std::byte> to) { return recv(socket_, to.data(), to.size(), 0); }
  ssize_t write(iovec* pieces, std::size_t count) {
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = count;
    return sendmsg(socket_, &message, MSG_NOSIGNAL);
  }
  void close() {
    if (socket_ != -1) ::close(std::exchange(socket_, -1));
  }

 private:
  explicit SocketStream(int socket) : socket_(socket) {}

  int socket_ = -1;
};

}  // namespace detail

/// Forked processes, a Unix stream socket pair to each; the submitter polls sockets and pidfds.
class PreforkSocketpair : public detail::Prefork<detail::DescriptorLanes<detail::SocketStream>> {
 public:
  static constexpr Info info{
      .name = "prefork_socketpair",
      .mechanism = "forked processes, a socketpair each",
      .source = "kernel: Unix sockets",
      .reach = Reach::processes,
      .producers = Holders::one,
      .bounded = false,
      .copies_per_message = 4,  // by the kernel, two each way; one more from 16 KiB down
      .syscalls_per_message = 4,
      .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;
  explicit PreforkSocketpair(const PoolShape& shape) : Prefork(info, shape) {}
};

static_assert(Pool<PreforkSocketpair>);

}  // namespace handoff
