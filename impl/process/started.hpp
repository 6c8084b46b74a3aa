#pragma once

#include <signal.h>

#include <string>

#include "children.hpp"
#include "daemon.hpp"
#include "job.hpp"

namespace handoff::detail {

/// What a way to start gives.
struct Started {
  pid_t pid = -1;
  Descriptor pidfd = {};
  Descriptor link = {};                       ///< to its keeper, where that is the parent
  std::chrono::nanoseconds processor_time{};  ///< of helpers that have ended
};

/// An own child that is running already; raises, and leaves none, where it cannot be watched.
inline Started watch_child(pid_t pid) {
  Started started{.pid = pid};
  try {
    started.pidfd = open_pidfd(pid);
  } catch (...) {
    ::kill(pid, SIGKILL);  // not reaped yet, so that the number is still its own
    while (waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
    }
    throw;
  }
  return started;
}

[[noreturn]] inline void throw_not_started(const Info& info, const WorkerOptions& options) {
  throw_errno(std::string(info.name) + ": start of worker '" + options.name + "'");
}

/// In a child that was forked with the lock of the children held. Ends this process; noexcept,
/// since nothing may return into what its parent was doing.
[[noreturn]] inline void be_forked_worker(const Job& job, const WorkerOptions& options,
                                          Children& children) noexcept {
  pid_t parent = children.owner();
  int parent_ended = children.forget_in_child();
  if (options.daemon) end_with_parent(parent);
  run_and_exit(job,
               {.name = options.name, .descriptors = options.descriptors, .parent = parent_ended});
}

}  // namespace handoff::detail
