#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../common/pidfd.hpp"
#include "contract.hpp"
#include "keeper_link.hpp"

namespace handoff::detail {

inline std::chrono::nanoseconds processor_time_of(const rusage& usage) {
  auto length = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return length(usage.ru_utime) + length(usage.ru_stime);
}

/// Waits for an own child's end, and reaps it. Of one that another part of the program has reaped,
/// or the kernel has, since SIGCHLD is ignored, the exit code is not known.
inline Ending reap(int pidfd) {
  siginfo_t end{};
  rusage usage{};
  long result = -1;
  // Not glibc's waitid: it leaves the usage out.
  while ((result = syscall(SYS_waitid, P_PIDFD, pidfd, &end, WEXITED, &usage)) == -1 &&
         errno == EINTR) {
  }
  if (result == -1) return {.exit_code = unknown_exit_code, .processor_time = {}};
  bool exited = end.si_code == CLD_EXITED;
  return {.exit_code = exited ? end.si_status : -end.si_status,
          .processor_time = processor_time_of(usage)};
}

/// A process that this one has started.
struct Child {
  pid_t pid = -1;
  Descriptor pidfd = {};
  Descriptor link = {};  ///< to its keeper; none: it is this process's own child
  std::string name = {};
  bool daemon = false;
  std::optional<Ending> ending = {};
  bool is_joined = false;

  /// Whether it has ended; it is reaped then.
  bool has_ended() {
    if (ending) return true;
    pollfd entry{.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    if (poll_until(std::span(&entry, 1), at_once) == 0) return false;
    ending = link.get() == -1 ? reap(pidfd.get()) : receive_ending(link.get());
    return true;
  }
};

/// All children of this process that have a handle.
class Children {
 public:
  /// In a child that was forked without our knowledge a new one: there the old may have been
  /// changing. Never destroyed: handles may be, later than any static object.
  static Children& of_this_process() {
    if (current()->owner_ != getpid()) current() = new Children;
    return *current();
  }

  /// Guards the list and all that is in it. Held while a process is started, so that no other
  /// inherits a descriptor that is about to be closed.
  std::unique_lock<std::mutex> lock() { return std::unique_lock(mutex_); }

  void add(Child& child) { list_.push_back(&child); }
  void remove(Child& child) { std::erase(list_, &child); }
  void reap_ended() {
    for (Child* child : list_) (void)child->has_ended();
  }
  std::vector<pid_t> active() const {
    std::vector<pid_t> ids;
    for (const Child* child : list_) {
      if (!child->is_joined) ids.push_back(child->pid);
    }
    return ids;
  }

  pid_t owner() const { return owner_; }
  /// Readable as soon as this process has ended: for its children.
  int own_pidfd() {
    if (own_pidfd_.get() == -1) own_pidfd_ = open_pidfd(owner_);
    return own_pidfd_.get();
  }

  /// In a child that was forked while this thread held the lock: closes what belongs to its
  /// siblings, and begins anew. Returns the descriptor that tells of the parent's end.
  int forget_in_child() {
    for (Child* child : list_) {
      child->pidfd.reset();
      child->link.reset();
    }
    int parent = own_pidfd_.release();
    current() = new Children;
    return parent;
  }

 private:
  static Children*& current() {
    static Children* one = new Children;
    return one;
  }

  const pid_t owner_ = getpid();
  std::mutex mutex_;
  std::vector<Child*> list_;
  Descriptor own_pidfd_;
};

}  // namespace handoff::detail
