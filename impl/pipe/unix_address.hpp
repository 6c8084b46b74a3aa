#pragma once

#include <sys/un.h>

#include <cstddef>

#include "accepted_sockets.hpp"

namespace handoff {

/// The address of a Unix socket: a path, or an abstract name, which starts with a zero byte.
inline SocketAddress<sockaddr_un> unix_address(std::string_view pipe, const std::string& name) {
  SocketAddress<sockaddr_un> place;
  place.address.sun_family = AF_UNIX;
  constexpr std::size_t longest = sizeof(place.address.sun_path) - 1;
  if (name.size() > longest) {
    throw LimitError(pipe, "socket name in bytes", name.size(), longest, "choose a shorter TMPDIR");
  }
  std::memcpy(place.address.sun_path, name.data(), name.size());
  // A path counts with its final zero; an abstract name has none.
  bool abstract = name.front() == '\0';
  place.length =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1));
  return place;
}

/// Asks the kernel who is at the other end: this user, and this very process.
inline bool peer_is_this_process(int socket) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1) {
    throw_errno("SO_PEERCRED");
  }
  return peer.uid == ::geteuid() && peer.pid == ::getpid();
}

inline bool both_are_this_process(int connecting, int accepted) {
  return peer_is_this_process(connecting) && peer_is_this_process(accepted);
}

}  // namespace handoff
