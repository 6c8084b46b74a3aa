#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "../common/uring.hpp"
#include "socketpair_stream.hpp"

/// A pair of connected Unix stream sockets whose sends and receives are submitted through an
/// io_uring of each end; messages are framed by their length.
namespace handoff {
namespace detail {

/// A ring of one thread, which has one operation under way at a time.
class UringOfOne {
 public:
  /// As advised for kernels from 6.1 on: completions run in the thread that waits for them.
  static constexpr unsigned flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  static constexpr unsigned entries = 2;

  UringOfOne() {
    int error = io_uring_queue_init(entries, &ring_, flags);
    if (error < 0) throw_error(error, "io_uring_queue_init");
  }
  ~UringOfOne() { io_uring_queue_exit(&ring_); }
  UringOfOne(const UringOfOne&) = delete;
  UringOfOne& operator=(const UringOfOne&) = delete;

  /// Submits what `prepare` fills in and waits for it: bytes, or the error number negated.
  template <class Prepare>
  int run(Prepare prepare) {
    prepare(io_uring_get_sqe(&ring_));
    while (io_uring_sq_ready(&ring_) > 0) {
      int submitted = io_uring_submit_and_wait(&ring_, 1);
      if (submitted < 0 && submitted != -EINTR) throw_error(submitted, "io_uring_submit_and_wait");
    }
    io_uring_cqe* done = nullptr;
    int error = 0;
    while ((error = io_uring_wait_cqe(&ring_, &done)) == -EINTR) {
    }
    if (error < 0) throw_error(error, "io_uring_wait_cqe");
    int result = done->res;
    io_uring_cqe_seen(&ring_, done);
    return result;
  }

  [[noreturn]] static void throw_error(int negated, const char* call) {
    throw_uring(negated, std::string("io_uring_socketpair: ") + call);
  }

 private:
  io_uring ring_{};
};

inline std::string why_no_uring() {
  io_uring ring{};
  int error = io_uring_queue_init(UringOfOne::entries, &ring, UringOfOne::flags);
  if (error == 0) {
    io_uring_queue_exit(&ring);
    return {};
  }
  return uring_refusal(error, "6.1");
}

inline constexpr Info io_uring_socketpair_info{
    .name = "io_uring_socketpair",
    .mechanism = "Unix stream sockets, each send and receive submitted through an io_uring",
    .source = "liburing 2.3, io_uring(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // by the kernel
    .syscalls_per_message = 3,  // each submits one and waits: a send; a length, a message
    .on_peer_death = Survivor::told,
    .unavailable = why_no_uring,
};

}  // namespace detail

/// One end. The thread that uses it first makes its ring, and is the only one to use it.
class IoUringSocketpairEnd {
 public:
  explicit IoUringSocketpairEnd(EndDescriptors descriptors)
      : descriptors_(std::move(descriptors)) {}

  Status send(std::span<const std::byte> message) {
    int socket = descriptors_.output_or_raise(name);
    std::uint64_t length = message.size();
    iovec vectors[] = {{&length, sizeof(length)},
                       {const_cast<std::byte*>(message.data()), message.size()}};
    msghdr header{};
    header.msg_iov = vectors;
    header.msg_iovlen = std::size(vectors);
    std::size_t left = sizeof(length) + message.size();
    while (left > 0) {
      int result = ring().run([&](io_uring_sqe* entry) {
        // To wait for all: the kernel goes on by itself after what the socket had room for.
        io_uring_prep_sendmsg(entry, socket, &header, MSG_NOSIGNAL | MSG_WAITALL);
      });
      if (result == -EINTR) continue;
      if (result == -EPIPE || result == -ECONNRESET) return Status::closed;
      if (result < 0) detail::UringOfOne::throw_error(result, "send");
      auto sent = static_cast<std::size_t>(result);
      left -= sent;
      for (iovec& vector : vectors) {
        std::size_t step = std::min(sent, vector.iov_len);
        vector.iov_base = static_cast<std::byte*>(vector.iov_base) + step;
        vector.iov_len -= step;
        sent -= step;
      }
    }
    return Status::ok;
  }

  /// Raises std::runtime_error when the stream ends in the middle of a message.
  Received receive(std::span<std::byte> buffer) {
    int socket = descriptors_.input_or_raise(name);
    if (!pending_) {
      std::uint64_t length = 0;
      std::size_t read = fill(socket, std::as_writable_bytes(std::span(&length, 1)));
      if (read == 0) return {};
      if (read < sizeof(length)) throw_torn(read, sizeof(length), "B of a length");
      pending_ = length;
    }
    if (*pending_ > buffer.size()) throw MessageTooLong(name, *pending_, buffer.size());
    std::size_t length = *pending_;
    pending_.reset();
    std::size_t read = fill(socket, buffer.first(length));
    if (read < length) throw_torn(read, length, "B of a message");
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    int socket = descriptors_.input_or_raise(name);
    return pending_ || poll_input(socket, deadline);
  }
  int descriptor() const { return descriptors_.input(); }
  void close() {
    descriptors_.close();
    ring_.reset();
  }

 private:
  static constexpr std::string_view name = detail::io_uring_socketpair_info.name;

  detail::UringOfOne& ring() {
    if (!ring_) ring_ = std::make_unique<detail::UringOfOne>();
    return *ring_;
  }

  /// Receives until the buffer is full or the stream has ended; the number of bytes.
  std::size_t fill(int socket, std::span<std::byte> buffer) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      int result = ring().run([&](io_uring_sqe* entry) {
        io_uring_prep_recv(entry, socket, buffer.data() + filled, buffer.size() - filled,
                           MSG_WAITALL);
      });
      // ECONNRESET: after the queued bytes, when the peer left some of ours unread.
      if (result == 0 || result == -ECONNRESET) break;
      if (result < 0 && result != -EINTR) detail::UringOfOne::throw_error(result, "receive");
      if (result > 0) filled += static_cast<std::size_t>(result);
    }
    return filled;
  }

  [[noreturn]] static void throw_torn(std::size_t read, std::size_t length, const char* of_what) {
    throw std::runtime_error(std::string(name) + ": the other end went after " +
                             std::to_string(read) + " of " + std::to_string(length) + " " +
                             of_what);
  }

  EndDescriptors descriptors_;
  std::unique_ptr<detail::UringOfOne> ring_;
  std::optional<std::size_t> pending_;  ///< length of the message whose length has been read
};

using IoUringSocketpair =
    SocketPair<detail::io_uring_socketpair_info, IoUringSocketpairEnd, detail::stream_sockets>;

static_assert(Pipe<IoUringSocketpair>);

}  // namespace handoff
