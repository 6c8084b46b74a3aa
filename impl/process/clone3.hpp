#pragma once

#include <linux/sched.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "process_worker.hpp"

namespace handoff {
namespace detail {

inline std::string why_no_clone3() {
#if defined(__SANITIZE_THREAD__)
  return "ThreadSanitizer runs a thread of its own";
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return "ThreadSanitizer runs a thread of its own";
#endif
#endif
  return {};
}

struct Clone3Way {
  static constexpr Info info{
      .name = "clone3",
      .mechanism = "a copy of the whole process, and a pidfd of it in one call",
      .source = "clone3(2), CLONE_PIDFD",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 13.5,
      .on_peer_death = Survivor::told,
      .unavailable = why_no_clone3,
  };
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = true;
  static constexpr bool from_one_thread = true;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    require_one_thread();
    flush_output();
    (void)children.own_pidfd();
    int pidfd = -1;
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
    if (pid == -1) throw_not_started(info, options);
    if (pid == 0) be_forked_worker(job, options, children);
    return {.pid = pid, .pidfd = Descriptor(pidfd)};
  }

 private:
  /// glibc is not told of the child, and so does not take the locks of its allocator before. Those
  /// that other threads hold would never be released in the child.
  static void require_one_thread() {
    constexpr nlink_t without_threads = 2;  // "." and ".."
    struct stat tasks {};
    if (::stat("/proc/self/task", &tasks) == -1) throw_errno("/proc/self/task");
    auto threads = tasks.st_nlink - without_threads;
    if (threads == 1) return;
    throw std::logic_error("clone3: this process has " + std::to_string(threads) +
                           " threads, and may have one only when it starts a worker");
  }
};

}  // namespace detail

/// A worker that begins as a copy of its parent. In it, glibc takes the id of the parent's thread
/// for its own: robust and error-checking mutexes of pthread are not for its first thread.
using Clone3Worker = detail::ProcessWorker<detail::Clone3Way>;

}  // namespace handoff
