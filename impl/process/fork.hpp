#pragma once

#include <unistd.h>

#include "process_worker.hpp"

namespace handoff {
namespace detail {

struct ForkWay {
  static constexpr Info info{
      .name = "fork",
      .mechanism = "a copy of the whole process, and then a pidfd of it",
      .source = "fork(2)",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 14.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = true;
  static constexpr bool from_one_thread = false;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    flush_output();
    (void)children.own_pidfd();
    pid_t pid = ::fork();
    if (pid == -1) throw_not_started(info, options);
    if (pid == 0) be_forked_worker(job, options, children);
    return watch_child(pid);
  }
};

}  // namespace detail

/// A worker that begins as a copy of its parent, with all that the parent holds.
using ForkWorker = detail::ProcessWorker<detail::ForkWay>;

}  // namespace handoff
