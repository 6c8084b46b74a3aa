#pragma once

#include <poll.h>

#include <span>

#include "absolute_time.hpp"
#include "status.hpp"

namespace handoff {

/// poll(2) with a deadline, again after signals: how many are ready, 0 once the deadline has
/// passed.
inline int poll_until(std::span<pollfd> entries, Deadline deadline) {
  for (;;) {
    const timespec left = deadline == never ? timespec{} : time_left(deadline);
    int ready =
        ::ppoll(entries.data(), entries.size(), deadline == never ? nullptr : &left, nullptr);
    if (ready != -1) return ready;
    if (errno != EINTR) throw_errno("ppoll");
  }
}

}  // namespace handoff
