#pragma once

#include <span>

#include "poll.hpp"

namespace handoff {

/// Waits until the descriptor has input or is at end of file; false once the deadline has passed.
inline bool poll_input(int descriptor, Deadline deadline) {
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll_until(std::span(&entry, 1), deadline) > 0;
}

}  // namespace handoff
