#pragma once

#include <sys/timerfd.h>

#include <cstdint>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "alarm_of.hpp"

namespace handoff::signal {

/// A timer that is a descriptor, which can be polled beside others.
class TimerDescriptor {
 public:
  TimerDescriptor() : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    if (timer_.get() == -1) throw_errno("timerfd_create");
  }

  void arm(Deadline due) { change(not_off(absolute_time(due))); }
  void disarm() { change({}); }
  bool take(Deadline deadline) {
    if (deadline != never && !poll_input(timer_.get(), deadline)) return false;
    std::uint64_t times = 0;
    while (::read(timer_.get(), &times, sizeof times) == -1) {
      if (errno != EINTR) throw_errno("timerfd: read");
    }
    return true;
  }

 private:
  void change(timespec due) {
    const itimerspec time{.it_interval = {}, .it_value = due};
    if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &time, nullptr) == -1) {
      throw_errno("timerfd_settime");
    }
  }

  Descriptor timer_;
};

namespace detail {

inline constexpr Info timerfd_info{
    .name = "timerfd",
    .mechanism = "a timer that is a descriptor, which is read",
    .source = "timerfd_create(2)",
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nobody's death keeps it from going off
};

}  // namespace detail

using Timerfd = AlarmOf<TimerDescriptor, detail::timerfd_info>;

}  // namespace handoff::signal
