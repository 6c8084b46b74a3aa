#pragma once

#include <sys/types.h>

#include <chrono>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Process: a worker that runs one function of this program on a trivially copyable argument, as a
/// process or as a thread, and that whoever started it can wait for, look at and end.
///
/// `W::start(task, argument, options)` returns once the worker exists, or raises and leaves
/// nothing. The task's result is the exit code, modulo 256; an exception that leaves it is written
/// to the standard error, and gives 1. A worker that is killed has minus the signal's number.
/// Nobody's signals are used, and no thread: a worker that has ended is reaped as soon as any
/// worker of this process is started, looked at, joined or destroyed. A handle is used by one
/// thread at a time, different handles by any. Destroying the handle of a live worker waits for it
/// first, as the end of a program does in Python; or ends it, if it is a daemon; or lets it go on,
/// if it is detached.
namespace handoff {

struct WorkerOptions {
  std::string name = "worker";
  bool daemon = false;  ///< ends with the process that starts it, however that ends
  /// That the worker shall have too. A program that is executed anew gets no others, but for the
  /// standard ones.
  std::vector<int> descriptors = {};
};

/// What a worker knows of itself.
struct WorkerSelf {
  std::string_view name;
  std::span<const int> descriptors = {};  ///< those of the options, by their numbers here
  /// Readable as soon as the process has ended that started this one; -1 in a thread.
  int parent = -1;
};

template <class Argument>
using WorkerTask = int (*)(const Argument& argument, const WorkerSelf& self);

template <class W>
concept Process = std::movable<W> &&
    requires(W worker, WorkerTask<int> task, const WorkerOptions& options, Deadline deadline) {
  { W::info } -> std::convertible_to<Info>;
  { W::can_be_killed } -> std::convertible_to<bool>;
  { W::has_daemons } -> std::convertible_to<bool>;      // else asking for one raises
  { W::is_detached } -> std::convertible_to<bool>;      // lives on when its handle is destroyed
  { W::is_copy } -> std::convertible_to<bool>;          // has all descriptors of its parent
  { W::from_one_thread } -> std::convertible_to<bool>;  // else starting one raises
  { W::start(task, 1, options) } -> std::same_as<W>;
  { worker.join(deadline) } -> std::same_as<bool>;  // false: the deadline has passed
  { worker.is_alive() } -> std::same_as<bool>;
  { worker.exit_code() } -> std::same_as<std::optional<int>>;  // none before it has ended
  worker.terminate();                                          // SIGTERM
  worker.kill();                                               // SIGKILL
  worker.close();                              // raises while it lives; later use raises
  { worker.pid() } -> std::same_as<pid_t>;     // a thread's own id
  { worker.sentinel() } -> std::same_as<int>;  // readable from the worker's end on
  { worker.processor_time() } -> std::same_as<std::chrono::nanoseconds>;  // once it has ended
  { worker.name() } -> std::convertible_to<std::string_view>;
  { worker.daemon() } -> std::same_as<bool>;
  { W::active_children() } -> std::same_as<std::vector<pid_t>>;  // from their start to their join
};

/// Shown where a worker's end is known, but not how it came: its keeper was killed before it.
inline constexpr int unknown_exit_code = 255;

}  // namespace handoff
