#pragma once

#include <poll.h>

#include <algorithm>
#include <ctime>

#include "../common/status.hpp"

namespace handoff {

/// Waits until the descriptor has input or is at end of file; false once the deadline has passed.
inline bool poll_input(int descriptor, Deadline deadline) {
  for (;;) {
    timespec left{};
    if (deadline != never && deadline != at_once) {
      auto rest = std::max(deadline - Clock::now(), Clock::duration::zero());
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rest);
      left.tv_sec = static_cast<time_t>(seconds.count());
      left.tv_nsec = std::chrono::nanoseconds(rest - seconds).count();
    }
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    int ready = ::ppoll(&entry, 1, deadline == never ? nullptr : &left, nullptr);
    if (ready != -1) return ready > 0;
    if (errno != EINTR) throw_errno("ppoll");
  }
}

}  // namespace handoff
