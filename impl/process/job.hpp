#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "contract.hpp"

namespace handoff::detail {

/// So many fit beside ours into one message with descriptors, which holds 253.
inline constexpr std::size_t most_descriptors = 240;
inline constexpr std::size_t longest_name = 255;

/// What a worker shall run, with types erased: run(task, argument, self).
struct Job {
  using Task = void (*)();
  using Run = int (*)(Task task, const void* argument, const WorkerSelf& self);

  Run run;
  Task task;
  const void* argument;
  std::size_t bytes;  ///< of the argument
};

template <class Argument>
int run_task(Job::Task task, const void* argument, const WorkerSelf& self) {
  auto typed = reinterpret_cast<WorkerTask<Argument>>(task);
  return typed(*static_cast<const Argument*>(argument), self);
}

template <class Argument>
Job job_of(WorkerTask<Argument> task, const Argument& argument) {
  static_assert(std::is_trivially_copyable_v<Argument>, "it may be copied to another process");
  return {.run = run_task<Argument>,
          .task = reinterpret_cast<Job::Task>(task),
          .argument = &argument,
          .bytes = sizeof(Argument)};
}

/// Raises, naming what is wrong, before anything has been started.
inline void check_order(const Info& info, const Job& job, const WorkerOptions& options) {
  const std::string who = std::string(info.name) + ": worker '" + options.name + "'";
  if (job.task == nullptr) throw std::invalid_argument(who + " has no task: it is a null pointer");
  if (options.name.size() > longest_name) {
    throw LimitError(info.name, "name of a worker", options.name.size(), longest_name);
  }
  if (options.descriptors.size() > most_descriptors) {
    throw LimitError(info.name, "list of descriptors", options.descriptors.size(),
                     most_descriptors);
  }
  for (int descriptor : options.descriptors) {
    if (::fcntl(descriptor, F_GETFD) == -1) {
      throw_errno(who + ": descriptor " + std::to_string(descriptor));
    }
  }
}

inline void write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) return;  // there is nowhere to say that there is nowhere to say it
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Runs the job; what it throws is told on the standard error.
inline int exit_code_of(const Job& job, const WorkerSelf& self) {
  constexpr int all_codes = 0xff;
  std::string what = "something that is no std::exception";
  try {
    return job.run(job.task, job.argument, self) & all_codes;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  write_whole(STDERR_FILENO, "worker '" + std::string(self.name) + "' (" +
                                 std::to_string(gettid()) + ") threw: " + what + "\n");
  return EXIT_FAILURE;
}

/// What was printed before is not printed twice, nor lost.
inline void flush_output() {
  std::cout.flush();  // which has a buffer of its own where it is not tied to stdout
  std::clog.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

/// In a forked worker, which has no business with its parent's static objects and exit handlers.
[[noreturn]] inline void run_and_exit(const Job& job, const WorkerSelf& self) {
  int code = exit_code_of(job, self);
  flush_output();
  ::_exit(code);
}

}  // namespace handoff::detail
