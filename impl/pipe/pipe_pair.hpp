#pragma once

#include <fcntl.h>

#include "descriptor_pairs.hpp"
#include "framing.hpp"
#include "pipe_write.hpp"

/// Two kernel pipes, one per direction; messages are framed by their length.
namespace handoff {
namespace detail {

inline OneWay kernel_pipe() {
  int both[2];
  if (::pipe2(both, O_CLOEXEC) == -1) throw_errno("pipe2");
  return {Descriptor(both[0]), Descriptor(both[1])};
}

inline constexpr Info pipe_pair_info{
    .name = "pipe_pair",
    .mechanism = "a kernel pipe per direction, messages framed by their length",
    .source = "pipe2(2)",
    .producers = Holders::one,  // longer messages of two senders would mix
    .consumers = Holders::one,
    .copies_per_message = 2,  // by the kernel
    .syscalls_per_message = calls_of_a_message,
    .on_peer_death = Survivor::told,
};

}  // namespace detail

using PipePair =
    OneWayPairs<detail::pipe_pair_info, FramedEnd<detail::pipe_pair_info, detail::write_to_pipe>,
                detail::kernel_pipe>;

static_assert(Pipe<PipePair>);

}  // namespace handoff
