#pragma once

#include "posix_spawn_program.hpp"
#include "process_worker.hpp"

namespace handoff {
namespace detail {

struct PosixSpawnWay {
  static constexpr Info info{
      .name = "posix_spawn",
      .mechanism = "this program anew, the argument in a memory file",
      .source = "posix_spawn(3)",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,
      .syscalls_per_message = 227.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = false;
  static constexpr bool from_one_thread = false;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    return spawn_program(info, job, options, children);
  }
};

}  // namespace detail

/// A worker that is this program, executed anew: main() calls worker_main() first.
using PosixSpawnWorker = detail::ProcessWorker<detail::PosixSpawnWay>;

}  // namespace handoff
