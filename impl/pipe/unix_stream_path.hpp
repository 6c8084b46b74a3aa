#pragma once

#include "../common/private_folder.hpp"
#include "framing.hpp"
#include "unix_address.hpp"

/// Unix stream sockets connected by a path; messages are framed by their length. The path is gone
/// as soon as they are connected.
namespace handoff {
namespace detail {

inline constexpr Info unix_stream_path_info{
    .name = "unix_stream_path",
    .mechanism = "Unix stream sockets connected by a path, messages framed by their length",
    .source = "unix(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // by the kernel
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

inline Sockets sockets_at_a_path() {
  PrivateFolder folder;
  auto place = unix_address(unix_stream_path_info.name, folder.path_of("socket"));
  return connect_and_accept<both_are_this_process>(unix_stream_path_info.name, place);
}

}  // namespace detail

using UnixStreamPath = SocketPair<detail::unix_stream_path_info,
                                  FramedEnd<detail::unix_stream_path_info, write_to_socket>,
                                  detail::sockets_at_a_path>;

static_assert(Pipe<UnixStreamPath>);

}  // namespace handoff
