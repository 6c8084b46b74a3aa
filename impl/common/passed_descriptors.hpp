#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "descriptor.hpp"
#include "status.hpp"

/// Descriptors that travel in messages over a Unix socket (SCM_RIGHTS).
namespace handoff {

/// SCM_MAX_FD of the kernel.
inline constexpr std::size_t most_passed_descriptors = 253;

namespace detail {

inline constexpr std::size_t passing_bytes = CMSG_SPACE(most_passed_descriptors * sizeof(int));

}  // namespace detail

/// Sends one message and gives its receiver the descriptors too. False when nobody is left to
/// receive it; raises on other errors.
inline bool send_with_descriptors(int socket, std::span<const std::byte> bytes,
                                  std::span<const int> descriptors) {
  iovec part{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) std::array<std::byte, detail::passing_bytes> room{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = room.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) == -1) {
    if (errno == EPIPE || errno == ECONNRESET) return false;
    if (errno != EINTR) throw_errno("sendmsg with descriptors");
  }
  return true;
}

struct Received {
  std::size_t bytes = 0;  ///< 0: nobody is left to send
  std::vector<Descriptor> descriptors;
  bool some_were_lost = false;  ///< this process had no free descriptor for them
};

/// Receives one message of at most `into.size()` bytes, and the descriptors with it.
inline Received receive_with_descriptors(int socket, std::span<std::byte> into) {
  iovec part{.iov_base = into.data(), .iov_len = into.size()};
  alignas(cmsghdr) std::array<std::byte, detail::passing_bytes> room;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  ssize_t bytes = -1;
  while ((bytes = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) == -1) {
    if (errno == ECONNRESET) return {};
    if (errno != EINTR) throw_errno("recvmsg with descriptors");
  }
  Received received{.bytes = static_cast<std::size_t>(bytes),
                    .descriptors = {},
                    .some_were_lost = (message.msg_flags & MSG_CTRUNC) != 0};
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return received;
  std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  std::vector<int> numbers(count);
  std::memcpy(numbers.data(), CMSG_DATA(header), count * sizeof(int));
  for (int number : numbers) received.descriptors.emplace_back(number);
  return received;
}

}  // namespace handoff
