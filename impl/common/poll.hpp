#pragma once

#include <poll.h>

#include <algorithm>
#include <ctime>
#include <span>

#include "status.hpp"

namespace handoff {

/// poll(2) with a deadline, again after signals: how many are ready, 0 once the deadline has
/// passed.
inline int poll_until(std::span<pollfd> entries, Deadline deadline) {
  for (;;) {
    timespec left{};
    if (deadline != never && deadline != at_once) {
      auto rest = std::max(deadline - Clock::now(), Clock::duration::zero());
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rest);
      left.tv_sec = static_cast<time_t>(seconds.count());
      left.tv_nsec = std::chrono::nanoseconds(rest - seconds).count();
    }
    int ready =
        ::ppoll(entries.data(), entries.size(), deadline == never ? nullptr : &left, nullptr);
    if (ready != -1) return ready;
    if (errno != EINTR) throw_errno("ppoll");
  }
}

}  // namespace handoff
