#pragma once

#include <signal.h>
#include <unistd.h>

#include "process_worker.hpp"
#include "program_start.hpp"

namespace handoff {
namespace detail {

struct VforkExecWay {
  static constexpr Info info{
      .name = "vfork_exec",
      .mechanism = "this program anew, the argument in a memory file",
      .source = "vfork(2), execve(2)",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,
      .syscalls_per_message = 96.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = false;
  static constexpr bool from_one_thread = false;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    require_worker_main(info.name);
    Luggage luggage(job, options, children);
    std::vector<char*> arguments = program_arguments();
    int error = 0;
    // No handler may run in the child while it uses its parent's memory.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t pid = start_program(luggage, arguments.data(), error);
    if (pid == -1) error = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid != -1 && error != 0) {
      while (waitpid(pid, nullptr, 0) == -1 && errno == EINTR) {
      }
    }
    errno = error;
    if (error != 0) throw_not_started(info, options);
    return watch_child(pid);
  }

 private:
  static constexpr int exit_not_executed = 127;

  /// A function of its own: between vfork and exec, the child uses its frame. It may do nothing
  /// but call the kernel.
  [[gnu::noinline]] static pid_t start_program(const Luggage& luggage, char* const* arguments,
                                               volatile int& error) {
    pid_t pid = ::vfork();
    if (pid != 0) return pid;
    int number = record_descriptor;
    for (int descriptor : luggage.numbers()) ::dup2(descriptor, number++);
    ::close_range(static_cast<unsigned>(luggage.end()), ~0U, 0);
    ::execv(this_program, arguments);
    error = errno;
    ::_exit(exit_not_executed);
  }
};

}  // namespace detail

/// A worker that is this program, executed anew: main() calls worker_main() first. Its parent's
/// memory is not copied, and its parent waits until it is executed.
using VforkExecWorker = detail::ProcessWorker<detail::VforkExecWay>;

}  // namespace handoff
