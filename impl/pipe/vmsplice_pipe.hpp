#pragma once

#include <fcntl.h>

#include "framing.hpp"
#include "pipe_pair.hpp"

/// Kernel pipes that borrow the pages of a long message instead of copying them.
///
/// The sender may use its memory again once the reader has copied out of it. A pipe tells by its
/// bound: what comes out first has gone in first, so when as much as the pipe holds has been
/// written behind the borrowed pages, these have been read. So the last 64 KiB are copied.
namespace handoff {
namespace detail {

/// What a pipe holds (pipe(7)). A message up to this long is written as into any pipe.
inline constexpr std::size_t pipe_holds = 65536;

inline OneWay pipe_that_holds_no_more() {
  OneWay made = kernel_pipe();
  int size = ::fcntl(made.writer.get(), F_GETPIPE_SZ);
  if (size == -1) throw_errno("vmsplice_pipe: F_GETPIPE_SZ");
  if (static_cast<std::size_t>(size) > pipe_holds) {
    throw LimitError("vmsplice_pipe", "pipe in bytes", static_cast<std::size_t>(size), pipe_holds);
  }
  return made;
}

/// The length before a long message is written by itself: it must not change either until read.
inline ssize_t write_or_lend(int descriptor, iovec* vectors, int count) {
  iovec last = vectors[count - 1];
  if (last.iov_len <= pipe_holds) return write_to_pipe(descriptor, vectors, count);
  if (count > 1) return write_to_pipe(descriptor, vectors, count - 1);
  last.iov_len -= pipe_holds;
  SigpipeHeldBack held_back;
  errno = 0;
  return ::vmsplice(descriptor, &last, 1, 0);
}

inline constexpr Info vmsplice_pipe_info{
    .name = "vmsplice_pipe",
    .mechanism = "a kernel pipe per direction that borrows all but the last 64 KiB of a message",
    .source = "vmsplice(2)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .copies_per_message = 1,                     // and another of the last 64 KiB
    .syscalls_per_message = calls_of_a_message,  // more where the message is lent
    .on_peer_death = Survivor::told,
};

}  // namespace detail

using VmsplicePipe = OneWayPairs<detail::vmsplice_pipe_info,
                                 FramedEnd<detail::vmsplice_pipe_info, detail::write_or_lend>,
                                 detail::pipe_that_holds_no_more>;

static_assert(Pipe<VmsplicePipe>);

}  // namespace handoff
