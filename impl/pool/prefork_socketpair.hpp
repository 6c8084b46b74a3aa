#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "contract.hpp"
#include "prefork.hpp"

namespace handoff {

namespace detail {

/// A stream socket that is read through a buffer, so that a call fetches many small messages.
class BufferedSocket {
 public:
  explicit BufferedSocket(int socket = -1) : socket_(socket) {}

  int descriptor() const { return socket_; }
  bool is_at_end() const { return is_at_end_; }
  void close() {
    if (socket_ != -1) ::close(socket_);
    socket_ = -1;
  }

  /// Fills `to` as far as bytes come; with MSG_DONTWAIT as far as they are there.
  std::size_t receive(std::span<std::byte> to, int flags) {
    std::size_t received = 0;
    while (received < to.size()) {
      std::span<std::byte> rest = to.subspan(received);
      if (begin_ == end_ && rest.size() < buffer_bytes) {
        if (!buffer_) buffer_ = std::make_unique<std::byte[]>(buffer_bytes);
        begin_ = 0;
        end_ = fetch({buffer_.get(), buffer_bytes}, flags);
      }
      std::size_t now = 0;
      if (begin_ != end_) {
        now = std::min(rest.size(), end_ - begin_);
        std::memcpy(rest.data(), buffer_.get() + begin_, now);
        begin_ += now;
      } else if (rest.size() >= buffer_bytes) {
        now = fetch(rest, flags);
      }
      if (now == 0) break;
      received += now;
    }
    return received;
  }

  /// Bytes taken, as many as there is room for now with MSG_DONTWAIT. A peer that has gone takes
  /// none; what has become of it is seen elsewhere.
  std::size_t send(const Parts& parts, int flags) {
    iovec pieces[2];
    for (unsigned i = 0; i < 2; ++i) {
      pieces[i] = {const_cast<std::byte*>(parts[i].data()), parts[i].size()};
    }
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    for (;;) {
      ssize_t sent = sendmsg(socket_, &message, flags | MSG_NOSIGNAL);
      if (sent >= 0) return static_cast<std::size_t>(sent);
      if (errno == EPIPE || errno == ECONNRESET) is_at_end_ = true;
      if (errno != EINTR) return 0;
    }
  }

 private:
  /// Holds the replies to a window of small batches.
  static constexpr std::size_t buffer_bytes = 16384;

  std::size_t fetch(std::span<std::byte> to, int flags) {
    for (;;) {
      ssize_t received = recv(socket_, to.data(), to.size(), flags);
      if (received > 0) return static_cast<std::size_t>(received);
      if (received == 0 || errno == ECONNRESET) is_at_end_ = true;
      if (received == 0 || errno != EINTR) return 0;
    }
  }

  int socket_;
  bool is_at_end_ = false;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t begin_ = 0;  ///< of what lies in the buffer
  std::size_t end_ = 0;
};

/// A pair of connected stream sockets per worker. The parent never blocks on one of them, so that
/// both directions may be full.
class SocketLanes {
 public:
  /// Batches that a worker holds: enough that it need not sleep while the parent reads replies.
  static constexpr std::size_t window = 16;

  explicit SocketLanes(unsigned workers) : parent_ends_(workers), ends_(2 * workers, nobody) {}
  ~SocketLanes() {
    for (BufferedSocket& end : parent_ends_) end.close();
    worker_end_.close();
  }
  SocketLanes(const SocketLanes&) = delete;
  SocketLanes& operator=(const SocketLanes&) = delete;

  // The parent's side.
  void open(unsigned i) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1) {
      throw_errno("socketpair of a pool's worker");
    }
    parent_ends_[i] = BufferedSocket(pair[0]);
    worker_end_ = BufferedSocket(pair[1]);
  }
  void started(unsigned i, int pidfd) {
    worker_end_.close();  // else its end of file would never come
    ends_[2 * i].fd = parent_ends_[i].descriptor();
    ends_[2 * i + 1] = {pidfd, POLLIN, 0};
  }
  std::size_t send(unsigned i, const Parts& parts) {
    std::size_t sent = parent_ends_[i].send(parts, MSG_DONTWAIT);
    bool is_full = sent < bytes_of(parts);
    ends_[2 * i].events = static_cast<short>(is_full ? POLLIN | POLLOUT : POLLIN);
    return sent;
  }
  std::size_t receive(unsigned i, std::span<std::byte> to) {
    std::size_t received = parent_ends_[i].receive(to, MSG_DONTWAIT);
    // Readable for ever from now on; its pidfd tells the rest.
    if (parent_ends_[i].is_at_end()) ends_[2 * i].fd = -1;
    return received;
  }
  Waited wait(std::span<const std::uint64_t>) {
    int ready = poll(ends_.data(), ends_.size(), -1);
    if (ready == -1 && errno != EINTR) throw_errno("poll of a pool");
    for (std::size_t i = 1; ready > 0 && i < ends_.size(); i += 2) {
      if (ends_[i].revents != 0) return Waited::someone_may_have_died;
    }
    return Waited::something_moved;
  }
  void end(unsigned i) { shutdown(parent_ends_[i].descriptor(), SHUT_WR); }
  void abandon(unsigned i) {
    parent_ends_[i].close();
    ends_[2 * i] = ends_[2 * i + 1] = nobody;
  }

  // The worker's side.
  void become_worker(unsigned i) {
    for (unsigned j = 0; j <= i; ++j) parent_ends_[j].close();
  }
  bool receive_all(unsigned, std::span<std::byte> to) {
    return worker_end_.receive(to, 0) == to.size();
  }
  void send_all(unsigned, const Parts& parts) {
    std::size_t sent = 0;
    while (sent < bytes_of(parts)) {
      std::size_t now = worker_end_.send(parts_after(sent, parts), 0);
      if (now == 0) _exit(1);  // the parent is gone
      sent += now;
    }
  }
  void replied(unsigned) {}

 private:
  static constexpr pollfd nobody{-1, POLLIN, 0};

  std::vector<BufferedSocket> parent_ends_;
  BufferedSocket worker_end_;  ///< of the worker that is being started, or that this process is
  std::vector<pollfd> ends_;   ///< each worker's socket and pidfd
};

}  // namespace detail

/// Forked processes, a Unix stream socket pair to each; the submitter polls sockets and pidfds.
class PreforkSocketpair : public detail::Prefork<detail::SocketLanes> {
 public:
  static constexpr Info info{.name = "prefork_socketpair",
                             .mechanism = "forked processes, a socketpair each",
                             .source = "kernel: Unix sockets",
                             .reach = Reach::processes,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 4,
                             .syscalls_per_message = 4,
                             .on_peer_death = Survivor::told};
  using Prefork::Prefork;
};

static_assert(Pool<PreforkSocketpair>);

}  // namespace handoff
