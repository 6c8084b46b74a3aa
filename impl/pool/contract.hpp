#pragma once

#include <sys/types.h>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "../common/cpu.hpp"
#include "../common/info.hpp"
#include "../common/status.hpp"

/// Pool: workers that run tasks for one submitting thread.
///
/// What crosses to a worker is a `Batch`: a function of this image over `count` trivially
/// copyable arguments, so that processes forked from it can run it too. Over these few operations
/// `pool/task_pool.hpp` builds the rest, once for all pools: apply, map, their asynchronous forms
/// with callbacks, imap, imap_unordered, starmap, and timeouts on results.
///
/// The submitting thread is the one that constructed the pool. Progress is made by the workers,
/// and by that thread in `wait` and `next_done`. A task's exception fails its batch by its message,
/// the other tasks of the batch still run; the death of a worker fails the batch that it ran within
/// a second, and the rest is finished by the others. A task that submits to its own pool gets a
/// PoolStateError; where the pool can nest batches, a task has `run_within_task` for that. A pool
/// that is destroyed before it was joined is terminated and joined.
namespace handoff {

namespace detail {
struct NestedCall;
}

struct PoolShape {
  unsigned workers = 1;  ///< none, and too many, raise
  /// Runs first in each worker, with the worker's number (it may pin). What it throws is raised
  /// by the pool's constructor, as TaskError with its message.
  std::function<void(unsigned)> initializer = [](unsigned) {};
  /// Batches after which a worker is replaced, as Python counts a chunk as one task; 0: never.
  /// A replacement whose initializer throws fails what it is given by TaskError with its message.
  std::size_t max_tasks_per_worker = 0;
};

/// A task threw; what() is its message.
class TaskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The worker that ran the batch died, or none is left; what() names it and how.
class WorkerDied : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Submission after close or by one of the pool's own tasks, join before close, or a wait for what
/// terminate has dropped.
class PoolStateError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Runs tasks [0, count) of a batch; returns the first exception's message, empty when none.
using BatchFunction = std::string (*)(const std::byte* arguments, std::size_t count,
                                      std::byte* results);

enum class BatchState : std::uint32_t {
  pending,
  done,
  task_failed,
  worker_died,
  dropped,  ///< the pool was terminated first
};

/// Owned by the submitter, and untouched by it from submit until `wait` (or `join`) has returned
/// or, if it is listed, until `next_done` has returned it. A thread that runs it, and does not
/// fail, writes to the first line only.
struct alignas(cache_line) Batch {
  BatchFunction function = nullptr;
  const std::byte* arguments = nullptr;
  std::size_t argument_bytes = 0;  ///< of all arguments together
  std::byte* results = nullptr;
  std::size_t result_bytes = 0;  ///< of all results together
  std::size_t count = 0;
  std::atomic<BatchState> state{BatchState::pending};
  std::string failure;                 ///< message, when the state is task_failed or worker_died
  bool is_listed = false;              ///< returned by `next_done`, and not waited for by `wait`
  Batch* following = nullptr;          ///< the pool's own
  detail::NestedCall* call = nullptr;  ///< the pool's own
};

/// What the submitting thread does with a pool that there is.
template <class P>
concept RunsBatches = requires(P pool, Batch& batch, Deadline deadline) {
  pool.submit(batch);  // raises PoolStateError after close
  pool.wait(batch);    // until the batch is no longer pending; raises what it failed with
  // A listed batch that is no longer pending, each once; null when the deadline passes without.
  { pool.next_done(deadline) } -> std::same_as<Batch*>;
  pool.close();      // no more submissions; what is queued still runs
  pool.terminate();  // drops what has not started; processes are killed, threads finish a batch
  pool.join();       // after close or terminate, else PoolStateError; workers are gone after it
  // Thread or process ids of the workers that live; none where each batch gets a new one.
  { pool.worker_ids() } -> std::same_as<std::vector<pid_t>>;
};

/// What a task of a pool does with that pool, where the pool offers it.
///
/// Called in the thread that runs the task, at any depth, and with any number of workers: it never
/// deadlocks. It publishes the batches for all workers, and returns when none is pending. Meanwhile
/// it may run some of them itself, and others that tasks have published, but none that the
/// submitter has submitted: the stack grows with the nesting of the tasks and not with the queue.
/// It raises what the first of the batches that failed has failed with, after all were run. What
/// terminate has dropped fails by PoolStateError. Anybody but a task of the pool gets a
/// PoolStateError.
template <class P>
concept NestsBatches = requires(P pool, std::span<Batch> batches) {
  pool.run_within_task(batches);
};

template <class P>
concept Pool = RunsBatches<P> && requires(PoolShape shape) {
  { P::info } -> std::convertible_to<Info>;
  // Else its threads are a library's, and a shape with max_tasks_per_worker raises.
  { P::replaces_workers } -> std::convertible_to<bool>;
  {P(shape)};  // raises when not all workers start, and leaves none
};

}  // namespace handoff
