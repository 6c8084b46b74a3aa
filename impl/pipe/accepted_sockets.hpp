#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "descriptor_pairs.hpp"

/// Two stream sockets of this process, connected by listen, connect and accept.
namespace handoff {

/// A socket address of any family.
template <class Address>
struct SocketAddress {
  Address address{};
  socklen_t length = sizeof(Address);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&address); }
};

/// Whether the accepted socket is the other end of the connecting one, and nobody else's.
using IsOurs = bool (*)(int connecting, int accepted);

/// Listens at `place`, connects to itself, and accepts; sends away whoever else has connected.
template <IsOurs is_ours, class Address>
Sockets connect_and_accept(std::string_view pipe, SocketAddress<Address> place) {
  auto failed = [&](const char* call) { throw_errno(std::string(pipe) + ": " + call); };
  auto new_socket = [&] {
    Descriptor made(::socket(place.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (made.get() == -1) failed("socket");
    return made;
  };
  Descriptor listener = new_socket();
  if (::bind(listener.get(), place.get(), place.length) == -1) failed("bind");
  if (::listen(listener.get(), SOMAXCONN) == -1) failed("listen");
  place.length = sizeof(Address);  // where the system has chosen a port, it is known now
  if (::getsockname(listener.get(), place.get(), &place.length) == -1) failed("getsockname");

  Descriptor connecting = new_socket();
  while (::connect(connecting.get(), place.get(), place.length) == -1) {
    if (errno == EISCONN) break;  // an interrupted call has gone on meanwhile
    if (errno != EINTR) failed("connect");
  }
  for (;;) {
    Descriptor accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.get() == -1 && errno != EINTR && errno != ECONNABORTED) failed("accept");
    if (accepted.get() == -1) continue;
    if (is_ours(connecting.get(), accepted.get())) {
      return {std::move(connecting), std::move(accepted)};
    }
  }
}

}  // namespace handoff
