#pragma once

#include <sys/eventfd.h>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "../common/kernel_order.hpp"
#include "in_place_event.hpp"

namespace handoff::event {

/// An eventfd that is not zero while the event is set: who waits can poll for it beside other
/// descriptors.
class CountingEventfd {
 public:
  CountingEventfd() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (event_.get() == -1) throw_errno("eventfd");
  }

  void set() {
    const int before = errno;
    order_.give();
    // EAGAIN: it is set, 2^64 times.
    if (eventfd_write(event_.get(), 1) == -1 && errno != EAGAIN) throw_errno("eventfd: write");
    errno = before;  // of whatever a signal handler may have interrupted
  }
  void clear() {
    eventfd_t count = 0;
    if (eventfd_read(event_.get(), &count) == -1 && errno != EAGAIN) throw_errno("eventfd: read");
  }
  bool is_set() const { return wait(at_once); }
  bool wait(Deadline deadline) const {
    const bool set = poll_input(event_.get(), deadline);
    if (set) order_.take();
    return set;
  }

 private:
  Descriptor event_;  ///< forked workers inherit it
  KernelOrder order_;
};

namespace detail {

inline constexpr Info eventfd_info{
    .name = "eventfd",
    .mechanism = "eventfd that is polled, and read to clear it",
    .source = "eventfd(2)",
    .copies_per_message = 0,
    .syscalls_per_message = 3,
};
inline constexpr EventFacts eventfd_facts{.lets_all_go = false};

}  // namespace detail

using Eventfd = InPlaceEvent<CountingEventfd, detail::eventfd_info, detail::eventfd_facts>;

}  // namespace handoff::event
