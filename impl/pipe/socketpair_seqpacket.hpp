#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "../common/descriptor.hpp"
#include "contract.hpp"
#include "descriptor_poll.hpp"
#include "untaken_ends.hpp"

/// A pair of connected Unix sequenced-packet sockets: one message is one packet.
namespace handoff {
namespace detail {

inline std::array<int, 2> seqpacket_sockets() {
  std::array<int, 2> both{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both.data()) == -1) {
    throw_errno("socketpair_seqpacket: socketpair");
  }
  return both;
}

/// Bytes of the largest packet: the kernel (net/unix/af_unix.c, unix_dgram_sendmsg) keeps 32 of
/// the send buffer for itself.
inline std::size_t largest_packet(int socket) {
  int buffer = 0;
  socklen_t size = sizeof(buffer);
  if (::getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &buffer, &size) == -1) {
    throw_errno("socketpair_seqpacket: SO_SNDBUF");
  }
  return static_cast<std::size_t>(buffer) - 32;
}

/// Each packet starts with one byte, so that an empty message is not taken for end of file.
inline constexpr std::size_t packet_mark = 1;

inline std::size_t seqpacket_largest_message() {
  static const std::size_t largest = [] {
    auto [first, second] = seqpacket_sockets();
    Descriptor closes_first(first);
    Descriptor closes_second(second);
    return largest_packet(first) - packet_mark;
  }();
  return largest;
}

}  // namespace detail

class SocketpairSeqpacket {
 public:
  static constexpr Info info{
      .name = "socketpair_seqpacket",
      .mechanism = "Unix sequenced-packet sockets, a packet per message",
      .source = "socketpair(2)",
      .producers = Holders::one,
      .consumers = Holders::one,
      .copies_per_message = 2,
      .syscalls_per_message = 2,
      .on_peer_death = Survivor::told,
      .largest_message = detail::seqpacket_largest_message,
  };

  class End {
   public:
    explicit End(EndDescriptors descriptors)
        : descriptors_(std::move(descriptors)),
          largest_(detail::seqpacket_largest_message()),
          overflow_(std::make_unique_for_overwrite<std::byte[]>(largest_)) {}

    /// Raises LimitError when the message is over Info::largest_message.
    Status send(std::span<const std::byte> message) {
      int socket = descriptors_.output_or_raise(info.name);
      std::byte mark{};
      iovec vectors[] = {{&mark, detail::packet_mark},
                         {const_cast<std::byte*>(message.data()), message.size()}};
      msghdr header{};
      header.msg_iov = vectors;
      header.msg_iovlen = std::size(vectors);
      while (::sendmsg(socket, &header, MSG_NOSIGNAL) == -1) {
        if (errno == EPIPE || errno == ECONNRESET) return Status::closed;
        if (errno == EMSGSIZE) {
          throw LimitError(info.name, "message in bytes", message.size(), largest_,
                           "raise net.core.wmem_default or choose another");
        }
        if (errno != EINTR) throw_errno("socketpair_seqpacket: sendmsg");
      }
      return Status::ok;
    }

    Received receive(std::span<std::byte> buffer) {
      int socket = descriptors_.input_or_raise(info.name);
      if (kept_) return deliver_kept(buffer);
      std::byte mark{};
      // What the buffer is too short for goes to the overflow area, so that nothing is lost and
      // no second system call asks for the size first.
      iovec vectors[] = {{&mark, detail::packet_mark},
                         {buffer.data(), buffer.size()},
                         {overflow_.get(), largest_}};
      msghdr header{};
      header.msg_iov = vectors;
      header.msg_iovlen = std::size(vectors);
      ssize_t result = receive_packet(socket, header);
      if (result == 0) return {};
      if ((header.msg_flags & MSG_TRUNC) != 0) {
        throw std::runtime_error("socketpair_seqpacket: a packet was cut at " +
                                 std::to_string(result) + " B");
      }
      std::size_t length = static_cast<std::size_t>(result) - detail::packet_mark;
      if (length > buffer.size()) keep(buffer, length);
      return {Status::ok, length};
    }

    bool poll(Deadline deadline) {
      int socket = descriptors_.input_or_raise(info.name);
      return kept_ || poll_input(socket, deadline);
    }
    /// A message kept back after MessageTooLong shows in poll(), not on the descriptor.
    int descriptor() const { return descriptors_.input(); }
    void close() { descriptors_.close(); }

   private:
    /// ECONNRESET comes once, before the queued messages, when the peer left some of ours unread.
    static ssize_t receive_packet(int socket, msghdr& header) {
      for (;;) {
        ssize_t result = ::recvmsg(socket, &header, 0);
        if (result != -1) return result;
        if (errno != EINTR && errno != ECONNRESET) throw_errno("socketpair_seqpacket: recvmsg");
      }
    }

    [[noreturn]] void keep(std::span<const std::byte> buffer, std::size_t length) {
      kept_ = std::make_unique<std::vector<std::byte>>(buffer.begin(), buffer.end());
      kept_->insert(kept_->end(), overflow_.get(), overflow_.get() + (length - buffer.size()));
      throw MessageTooLong(info.name, length, buffer.size());
    }

    Received deliver_kept(std::span<std::byte> buffer) {
      if (kept_->size() > buffer.size()) {
        throw MessageTooLong(info.name, kept_->size(), buffer.size());
      }
      std::copy(kept_->begin(), kept_->end(), buffer.begin());
      return {Status::ok, std::exchange(kept_, nullptr)->size()};
    }

    EndDescriptors descriptors_;
    std::size_t largest_;
    std::unique_ptr<std::byte[]> overflow_;
    std::unique_ptr<std::vector<std::byte>>
        kept_;  ///< a message that no buffer was long enough for
  };

  explicit SocketpairSeqpacket(PipeShape shape)
      : SocketpairSeqpacket(shape, detail::seqpacket_sockets()) {}

  End end(unsigned i) { return End(ends_.take(i)); }
  void abandon() { ends_.abandon(); }

 private:
  SocketpairSeqpacket(PipeShape shape, std::array<int, 2> sockets)
      : ends_(shape.peers, socket_end(shape.direction, 0, sockets[0]),
              socket_end(shape.direction, 1, sockets[1])) {}

  UntakenEnds ends_;
};

static_assert(Pipe<SocketpairSeqpacket>);

}  // namespace handoff
