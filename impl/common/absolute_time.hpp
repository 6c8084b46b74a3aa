#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

#include "status.hpp"

namespace handoff {

/// A deadline as calls take it that wait until a time of CLOCK_MONOTONIC, which is what
/// steady_clock is. Times before the start of the clock, at_once among them, become its start.
inline timespec absolute_time(Deadline deadline) {
  auto since_boot = std::max(deadline.time_since_epoch(), Clock::duration::zero());
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  return {.tv_sec = static_cast<time_t>(seconds.count()),
          .tv_nsec = std::chrono::nanoseconds(since_boot - seconds).count()};
}

/// What is left until a deadline, for calls that wait for a length of time; not less than nothing.
inline timespec time_left(Deadline deadline) {
  return absolute_time(deadline == at_once ? deadline : Deadline(deadline - Clock::now()));
}

}  // namespace handoff
