#pragma once

#include <liburing.h>

#include <fstream>
#include <string>

#include "status.hpp"

namespace handoff {

/// liburing returns error numbers negated.
[[noreturn]] inline void throw_uring(int negated, const std::string& what) {
  errno = -negated;
  throw_errno(what);
}

/// Why a ring could not be set up; `needed` is the first Linux that knows all that was asked for.
inline std::string uring_refusal(int negated, const std::string& needed) {
  std::string why = "io_uring_setup: " + std::generic_category().message(-negated);
  if (negated == -EINVAL) why += " (Linux " + needed + " is needed)";
  std::string disabled;
  if (std::ifstream("/proc/sys/kernel/io_uring_disabled") >> disabled) {
    why += "; kernel.io_uring_disabled is " + disabled;
  }
  return why;
}

}  // namespace handoff
