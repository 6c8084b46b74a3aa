#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "descriptor.hpp"
#include "status.hpp"

namespace handoff {

/// Readable as soon as the process has ended. Raises where there is none, or no free descriptor.
inline Descriptor open_pidfd(pid_t process) {
  // Not glibc's pidfd_open: its header of 2.36 lacks extern "C".
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (pidfd.get() == -1) throw_errno("pidfd_open");
  return pidfd;
}

}  // namespace handoff
