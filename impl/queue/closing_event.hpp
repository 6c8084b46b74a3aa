#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <array>

#include "../common/descriptor.hpp"
#include "../common/poll.hpp"
#include "closable.hpp"

namespace handoff {

/// A closed flag that also ends the waits of those who poll: an eventfd that nobody ever reads.
/// Not an implementation.
class ClosingEvent {
 public:
  ClosingEvent() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_.get() == -1) throw_errno("eventfd");
  }

  void set() {
    flag_.set();
    if (eventfd_write(event_.get(), 1) == -1) throw_errno("eventfd_write");
  }
  const ClosedFlag& flag() const { return flag_; }
  /// Readable from the close on.
  int descriptor() const { return event_.get(); }

  /// Tries; where that would wait, polls for `events` of `descriptor`, or for the close, and tries
  /// again, until done or time is over.
  template <class Attempt>
  Status poll_until_done(int descriptor, short events, Deadline deadline, Attempt attempt) const {
    for (;;) {
      Status status = attempt();
      if (status != Status::would_wait || deadline == at_once) return status;
      std::array entries = {pollfd{.fd = descriptor, .events = events, .revents = 0},
                            pollfd{.fd = event_.get(), .events = POLLIN, .revents = 0}};
      if (poll_until(entries, deadline) == 0) return attempt();
    }
  }

 private:
  ClosedFlag flag_;
  Descriptor event_;
};

}  // namespace handoff
