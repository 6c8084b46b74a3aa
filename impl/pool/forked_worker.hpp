#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "../common/pidfd.hpp"
#include "../common/poll.hpp"

namespace handoff::detail {

/// A forked process that ends with the thread that forked it and is reaped when it is destroyed.
class ForkedWorker {
 public:
  ForkedWorker() = default;
  ForkedWorker(ForkedWorker&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}
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
    try {
      pidfd_ = open_pidfd(pid_);
    } catch (...) {
      kill();
      reap();
      throw;
    }
  }

  bool is_alive() const { return pid_ != -1; }
  pid_t pid() const { return pid_; }
  /// Readable as soon as the process has ended.
  int pidfd() const { return pidfd_.get(); }
  /// Of one that is alive as far as its parent knows.
  bool has_ended() const {
    pollfd ended{pidfd(), POLLIN, 0};
    return poll_until(std::span(&ended, 1), at_once) == 1;
  }
  void kill() { ::kill(pid_, SIGKILL); }  // not reaped yet, so that the id is still its own

  /// Waits for its end, and says how it came: "worker 4711 was killed by signal 9 (Killed)".
  std::string reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) == -1 && errno == EINTR) {
    }
    std::string end = "worker " + std::to_string(pid_);
    forget();
    if (WIFSIGNALED(status)) {
      int signal = WTERMSIG(status);
      return end + " was killed by signal " + std::to_string(signal) + " (" + strsignal(signal) +
             ")";
    }
    return end + " exited with status " + std::to_string(WEXITSTATUS(status));
  }

  /// In another child of the same parent: drops the copy of the descriptor.
  void forget() {
    pid_ = -1;
    pidfd_.reset();
  }

 private:
  pid_t pid_ = -1;
  Descriptor pidfd_;
};

}  // namespace handoff::detail
