#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "../common/descriptor.hpp"
#include "../common/poll.hpp"

namespace handoff::detail {

inline constexpr auto for_ever = Clock::duration::max();

/// Messages over a stream socket, each behind its length (4 B, lowest byte first). One request, one
/// reply: whoever sends more before it is answered is not understood.
class SocketChannel {
 public:
  /// A longer message from the other side is not taken. `patience`: how long a message may take
  /// from its first byte to its last, either way; its first may take for ever.
  SocketChannel(Descriptor socket, std::size_t longest, Clock::duration patience)
      : socket_(std::move(socket)), longest_(longest), patience_(patience) {}

  bool send(std::string_view message) {
    auto length = static_cast<Length>(message.size());
    std::array parts = {iovec{&length, sizeof(length)},
                        iovec{const_cast<char*>(message.data()), message.size()}};
    msghdr header{};
    header.msg_iov = parts.data();
    header.msg_iovlen = parts.size();
    ssize_t sent = again([&] { return ::sendmsg(socket_.get(), &header, flags); });
    if (sent == -1 && errno != EAGAIN) return false;
    auto taken = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    if (taken == sizeof(length) + message.size()) return true;
    // A buffer that was empty takes at least the length.
    if (taken < sizeof(length)) return false;
    return move_rest(taken - sizeof(length), message.size(), POLLOUT, [&](std::size_t from) {
      return ::send(socket_.get(), message.data() + from, message.size() - from, flags);
    });
  }

  /// What it returns is there until the next one. None where nobody is at the other end any more,
  /// or sends what is no message, or sends it too slowly.
  std::optional<std::string_view> receive() {
    if (buffer_.size() < smallest_buffer) buffer_.resize(smallest_buffer);
    ssize_t got = again([&] { return ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0); });
    if (got <= 0) return std::nullopt;
    auto filled = static_cast<std::size_t>(got);
    auto receive_to = [&](std::size_t end) {
      if (buffer_.size() < end) buffer_.resize(end);
      return move_rest(filled, end, POLLIN, [&](std::size_t from) {
        return ::recv(socket_.get(), buffer_.data() + from, end - from, MSG_DONTWAIT);
      });
    };
    Length length = 0;
    if (filled < sizeof(length)) {
      if (!receive_to(sizeof(length))) return std::nullopt;
      filled = sizeof(length);
    }
    std::memcpy(&length, buffer_.data(), sizeof(length));
    const std::size_t end = sizeof(length) + length;
    if (length > longest_ || filled > end || !receive_to(end)) return std::nullopt;
    return std::string_view(buffer_).substr(sizeof(length), length);
  }

  int descriptor() const { return socket_.get(); }

 private:
  using Length = std::uint32_t;
  static constexpr std::size_t smallest_buffer = 4096;
  static constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

  template <class Call>
  static ssize_t again(Call call) {
    ssize_t result = -1;
    while ((result = call()) == -1 && errno == EINTR) {
    }
    return result;
  }

  /// Bytes [begin, end) by `move(position)`, which does not wait; false when the other side is gone
  /// or too slow.
  template <class Move>
  bool move_rest(std::size_t begin, std::size_t end, short event, Move move) const {
    if (begin == end) return true;
    const Deadline deadline = patience_ == for_ever ? never : after(patience_);
    while (begin < end) {
      ssize_t moved = again([&] { return move(begin); });
      if (moved > 0) {
        begin += static_cast<std::size_t>(moved);
        continue;
      }
      if (moved == 0 || errno != EAGAIN) return false;
      pollfd entry{.fd = socket_.get(), .events = event, .revents = 0};
      if (poll_until(std::span(&entry, 1), deadline) == 0) return false;
    }
    return true;
  }

  Descriptor socket_;
  std::size_t longest_;
  Clock::duration patience_;
  std::string buffer_;
};

}  // namespace handoff::detail
