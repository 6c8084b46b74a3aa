#pragma once

#include "../common/names.hpp"
#include "framing.hpp"
#include "unix_address.hpp"

/// Unix stream sockets connected by an abstract name, which is in no file system and which any
/// process may connect to; messages are framed by their length.
namespace handoff {
namespace detail {

inline constexpr Info unix_stream_abstract_info{
    .name = "unix_stream_abstract",
    .mechanism = "Unix stream sockets connected by an abstract name, messages framed by length",
    .source = "unix(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 2,    // by the kernel
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

inline Sockets sockets_at_an_abstract_name() {
  auto place = unix_address(unix_stream_abstract_info.name, '\0' + unguessable_name());
  return connect_and_accept<both_are_this_process>(unix_stream_abstract_info.name, place);
}

}  // namespace detail

using UnixStreamAbstract = SocketPair<detail::unix_stream_abstract_info,
                                      FramedEnd<detail::unix_stream_abstract_info, write_to_socket>,
                                      detail::sockets_at_an_abstract_name>;

static_assert(Pipe<UnixStreamAbstract>);

}  // namespace handoff
