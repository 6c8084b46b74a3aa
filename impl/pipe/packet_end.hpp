#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "../common/descriptor_poll.hpp"
#include "contract.hpp"
#include "descriptor_pairs.hpp"

/// Messages over Unix sockets that keep packets apart: one message is one packet.
namespace handoff {

/// How a reader learns that the writer has closed its end.
enum class LastWord { from_the_kernel, a_packet };

namespace detail {

/// Each packet starts with one byte, so that an empty message is not taken for end of file.
enum class PacketMark : unsigned char { message, end };
inline constexpr std::size_t packet_mark = sizeof(PacketMark);

inline Sockets unix_sockets(int type) {
  int both[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, both) == -1) throw_errno("socketpair");
  return {Descriptor(both[0]), Descriptor(both[1])};
}

/// Bytes of the largest message in a packet.
template <int type>
std::size_t largest_in_packet() {
  static const std::size_t largest = [] {
    Sockets sockets = unix_sockets(type);
    int buffer = 0;
    socklen_t size = sizeof(buffer);
    if (::getsockopt(sockets.first.get(), SOL_SOCKET, SO_SNDBUF, &buffer, &size) == -1) {
      throw_errno("SO_SNDBUF");
    }
    // The kernel (net/unix/af_unix.c, unix_dgram_sendmsg) keeps 32 of the buffer for itself.
    return static_cast<std::size_t>(buffer) - 32 - packet_mark;
  }();
  return largest;
}

}  // namespace detail

/// One end. Not to be used by two threads at once in the same direction.
template <const Info& info, LastWord last_word>
class PacketEnd {
 public:
  explicit PacketEnd(EndDescriptors descriptors)
      : descriptors_(std::move(descriptors)),
        largest_(info.largest_message()),
        overflow_(std::make_unique_for_overwrite<std::byte[]>(largest_)) {}
  PacketEnd(PacketEnd&&) noexcept = default;
  PacketEnd& operator=(PacketEnd&&) noexcept = default;
  ~PacketEnd() { close(); }

  /// Raises LimitError when the message is over Info::largest_message.
  Status send(std::span<const std::byte> message) {
    return send_packet(descriptors_.output_or_raise(info.name), detail::PacketMark::message,
                       message);
  }

  Received receive(std::span<std::byte> buffer) {
    int socket = descriptors_.input_or_raise(info.name);
    if (kept_) return deliver_kept(buffer);
    auto mark = detail::PacketMark::message;
    // What the buffer is too short for goes to the overflow area, so that nothing is lost and
    // no second system call asks for the size first.
    iovec vectors[] = {
        {&mark, detail::packet_mark}, {buffer.data(), buffer.size()}, {overflow_.get(), largest_}};
    msghdr header{};
    header.msg_iov = vectors;
    header.msg_iovlen = std::size(vectors);
    ssize_t result = receive_packet(socket, header);
    if (result == 0) return {};
    if (mark == detail::PacketMark::end) {
      ::shutdown(socket, SHUT_RD);  // from now on the kernel tells of the end, pollers too
      return {};
    }
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      throw std::runtime_error(std::string(info.name) + ": a packet was cut at " +
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

  /// Where the last word is a packet, waits for room for it, or for the other end to close.
  void close() {
    EndNumbers numbers = descriptors_.release();
    if (last_word == LastWord::a_packet && numbers.out != -1) {
      // The input first: two ends that close at once must not wait for each other.
      EndNumbers{.in = std::exchange(numbers.in, -1)}.close();
      (void)send_packet(numbers.out, detail::PacketMark::end, {});
    }
    numbers.close();
  }

 private:
  Status send_packet(int socket, detail::PacketMark mark, std::span<const std::byte> message) {
    iovec vectors[] = {{&mark, detail::packet_mark},
                       {const_cast<std::byte*>(message.data()), message.size()}};
    msghdr header{};
    header.msg_iov = vectors;
    header.msg_iovlen = std::size(vectors);
    while (::sendmsg(socket, &header, MSG_NOSIGNAL) == -1) {
      if (peer_has_gone(errno)) return Status::closed;
      if (errno == EMSGSIZE) {
        throw LimitError(info.name, "message in bytes", message.size(), largest_,
                         "raise net.core.wmem_default or choose another");
      }
      if (errno != EINTR) throw_errno(std::string(info.name) + ": sendmsg");
    }
    return Status::ok;
  }

  /// A datagram socket says ECONNREFUSED once, and has no peer from then on.
  static bool peer_has_gone(int error) {
    return error == EPIPE || error == ECONNRESET || error == ECONNREFUSED || error == ENOTCONN;
  }

  /// ECONNRESET comes once, before the queued messages, when the peer left some of ours unread.
  static ssize_t receive_packet(int socket, msghdr& header) {
    for (;;) {
      ssize_t result = ::recvmsg(socket, &header, 0);
      if (result != -1) return result;
      if (errno != EINTR && errno != ECONNRESET) {
        throw_errno(std::string(info.name) + ": recvmsg");
      }
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
  std::unique_ptr<std::vector<std::byte>> kept_;  ///< no buffer was long enough for this message
};

}  // namespace handoff
