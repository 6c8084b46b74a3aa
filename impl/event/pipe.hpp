#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstddef>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "../common/kernel_order.hpp"
#include "in_place_event.hpp"

namespace handoff::event {

/// A pipe that holds something while the event is set: who waits can poll for it beside other
/// descriptors.
class BytesInPipe {
 public:
  BytesInPipe() {
    int both[2];
    if (::pipe2(both, O_CLOEXEC | O_NONBLOCK) == -1) throw_errno("pipe: pipe2");
    reads_.reset(both[0]);
    writes_.reset(both[1]);
  }

  void set() {
    const int before = errno;
    constexpr std::byte something{1};
    order_.give();
    // EAGAIN: it is full, and so the event is set. A signal does not interrupt what cannot wait.
    if (::write(writes_.get(), &something, 1) == -1 && errno != EAGAIN) throw_errno("pipe: write");
    errno = before;  // of whatever a signal handler may have interrupted
  }
  void clear() {
    std::array<std::byte, PIPE_BUF> bytes;
    ssize_t taken = 0;
    do {
      taken = ::read(reads_.get(), bytes.data(), bytes.size());
      if (taken == -1 && errno != EAGAIN) throw_errno("pipe: read");
    } while (taken == static_cast<ssize_t>(bytes.size()));
  }
  bool is_set() const { return wait(at_once); }
  bool wait(Deadline deadline) const {
    const bool set = poll_input(reads_.get(), deadline);
    if (set) order_.take();
    return set;
  }

 private:
  Descriptor reads_;  ///< this and the next are inherited by forked workers
  Descriptor writes_;
  KernelOrder order_;
};

namespace detail {

inline constexpr Info pipe_info{
    .name = "pipe",
    .mechanism = "bytes in a pipe that is polled, and read to clear it",
    .source = "pipe(2)",
    .copies_per_message = 0,
    .syscalls_per_message = 3,
};
inline constexpr EventFacts pipe_facts{.lets_all_go = false};

}  // namespace detail

using Pipe = InPlaceEvent<BytesInPipe, detail::pipe_info, detail::pipe_facts>;

}  // namespace handoff::event
