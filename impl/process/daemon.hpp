#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>

#include "../common/status.hpp"

namespace handoff::detail {

/// The signal that a daemon gets from the kernel; nobody sends it.
inline int parent_signal() { return SIGRTMAX; }

inline pid_t& parent_of_daemon() {
  static pid_t parent = -1;
  return parent;
}

/// Ends this process as soon as its parent has ended, however. The kernel signals already when the
/// *thread* ends that started this process (prctl(2), PR_SET_PDEATHSIG), and again when the next
/// one does: a handler looks whether the process is gone, and only then gives in.
inline void end_with_parent(pid_t parent) {
  parent_of_daemon() = parent;
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (getppid() != parent_of_daemon()) ::kill(getpid(), SIGKILL);
  };
  action.sa_flags = SA_RESTART;
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, parent_signal());
  if (::sigaction(parent_signal(), &action, nullptr) == -1 ||
      ::pthread_sigmask(SIG_UNBLOCK, &own, nullptr) != 0 ||
      ::prctl(PR_SET_PDEATHSIG, parent_signal()) == -1) {
    throw_errno("a daemon's tie to its parent");
  }
  if (getppid() != parent) ::_exit(EXIT_FAILURE);  // it ended before the lines above
}

}  // namespace handoff::detail
