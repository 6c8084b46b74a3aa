#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include "../common/status.hpp"

namespace handoff::detail {

/// A forked process that ends with the thread that forked it and is reaped when it is destroyed.
class ForkedWorker {
 public:
  ForkedWorker() = default;
  ForkedWorker(ForkedWorker&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), pidfd_(std::exchange(other.pidfd_, -1)) {}
  ForkedWorker& operator=(ForkedWorker&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  ~ForkedWorker() {
    if (!is_alive()) return;
    kill();
    reap();
  }

  /// The child runs `work()`, which must not return: what it inherits is not its own to flush or
  /// to destroy.
  template <class Work>
  void start(Work work) {
    pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == -1) throw_errno("fork of a pool's worker");
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(1);  // it died before the line above
      try {
        work();
      } catch (...) {
      }
      _exit(1);
    }
    // Not glibc's pidfd_open: its header of 2.36 lacks extern "C".
    pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd_ == -1) {
      int error = errno;
      kill();
      reap();
      errno = error;
      throw_errno("pidfd_open of a pool's worker");
    }
  }

  bool is_alive() const { return pid_ != -1; }
  pid_t pid() const { return pid_; }
  /// Readable as soon as the process has ended.
  int pidfd() const { return pidfd_; }
  void kill() { ::kill(pid_, SIGKILL); }  // not reaped yet, so that the id is still its own

  /// Waits for its end, and says how it came: "worker 4711 was killed by signal 9 (Killed)".
  std::string reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) == -1 && errno == EINTR) {
    }
    if (pidfd_ != -1) close(pidfd_);
    std::string end = "worker " + std::to_string(pid_);
    pid_ = -1;
    pidfd_ = -1;
    if (WIFSIGNALED(status)) {
      int signal = WTERMSIG(status);
      return end + " was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) +
             ")";
    }
    return end + " exited with status " + std::to_string(WEXITSTATUS(status));
  }

  /// In another child of the same parent: drops the copy of the descriptor.
  void forget() {
    if (pidfd_ != -1) close(pidfd_);
    pid_ = -1;
    pidfd_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int pidfd_ = -1;
};

}  // namespace handoff::detail
