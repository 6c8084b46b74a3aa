#pragma once

#include <spawn.h>
#include <unistd.h>

#include "program_start.hpp"

namespace handoff::detail {

/// Actions of posix_spawn(3), destroyed in the end.
class FileActions {
 public:
  explicit FileActions(const Luggage& luggage) {
    require(::posix_spawn_file_actions_init(&actions_));
    int number = record_descriptor;
    for (int descriptor : luggage.numbers()) {
      require(::posix_spawn_file_actions_adddup2(&actions_, descriptor, number++));
    }
    require(::posix_spawn_file_actions_addclosefrom_np(&actions_, number));
  }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  static void require(int error) {
    errno = error;
    if (error != 0) throw_errno("posix_spawn_file_actions");
  }

  posix_spawn_file_actions_t actions_;
};

/// This program, executed anew as a worker.
inline Started spawn_program(const Info& info, const Job& job, const WorkerOptions& options,
                             Children& children) {
  require_worker_main(info.name);
  Luggage luggage(job, options, children);
  FileActions actions(luggage);
  std::vector<char*> arguments = program_arguments();
  pid_t pid = -1;
  errno = ::posix_spawn(&pid, this_program, actions.get(), nullptr, arguments.data(), environ);
  if (errno != 0) throw_not_started(info, options);
  return watch_child(pid);
}

}  // namespace handoff::detail
