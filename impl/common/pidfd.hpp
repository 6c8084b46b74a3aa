#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "descriptor.hpp"
#include "poll.hpp"
#include "status.hpp"

namespace handoff {

/// Readable as soon as the process has ended. Raises where there is none, or no free descriptor.
inline Descriptor open_pidfd(pid_t process) {
  // Not glibc's pidfd_open: its header of 2.36 lacks extern "C".
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (pidfd.get() == -1) throw_errno("pidfd_open");
  return pidfd;
}

/// Whether the process has ended, reaped or not. One that cannot be looked at counts as alive.
inline bool has_ended(pid_t process) {
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (pidfd.get() == -1) return errno == ESRCH;
  pollfd entry{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  return poll_until(std::span(&entry, 1), at_once) > 0;
}

}  // namespace handoff
