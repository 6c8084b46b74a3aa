#pragma once

#include <sys/types.h>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Pool: workers that run tasks for one submitting thread.
///
/// What crosses to a worker is a `Batch`: a function of this image over `count` trivially
/// copyable arguments, so that processes forked from it can run it too. `pool/tasks.hpp` builds
/// `apply` and `map` over `submit` and `wait`, once for all pools.
///
/// The submitting thread is the one that constructed the pool. Progress is made by the workers,
/// and by that thread in `wait`. A task's exception is raised again by `wait` as TaskError with
/// its message, the other tasks of the batch still run; the death of a worker fails the batch
/// that it ran by WorkerDied within a second, and the rest is finished by the others.
/// A pool that is destroyed before it was joined is terminated and joined.
namespace handoff {

struct PoolShape {
  unsigned workers = 1;
  /// Runs first in each worker, with the worker's number (it may pin). What it throws is raised
  /// by the pool's constructor, as TaskError with its message.
  std::function<void(unsigned)> initializer = [](unsigned) {};
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

/// Submission after close, join before it, or a wait for what terminate has dropped.
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

/// Owned by the submitter, and untouched by it from submit until wait (or join) has returned.
struct Batch {
  BatchFunction function = nullptr;
  const std::byte* arguments = nullptr;
  std::size_t argument_bytes = 0;  ///< of all arguments together
  std::byte* results = nullptr;
  std::size_t result_bytes = 0;  ///< of all results together
  std::size_t count = 0;
  std::atomic<BatchState> state{BatchState::pending};
  std::string failure;  ///< message, when the state is task_failed or worker_died
};

template <class P>
concept Pool = requires(P pool, PoolShape shape, Batch& batch) {
  { P::info } -> std::convertible_to<Info>;
  {P(shape)};          // raises when not all workers start, and leaves none
  pool.submit(batch);  // raises PoolStateError after close
  pool.wait(batch);    // until the batch is no longer pending; raises what it failed with
  pool.close();        // no more submissions; what is queued still runs
  pool.terminate();    // drops what has not started; processes are killed, threads finish a batch
  pool.join();         // after close or terminate, else PoolStateError; workers are gone after it
  // Thread or process ids of the workers that live; none where each batch gets a new thread.
  { pool.worker_ids() } -> std::same_as<std::vector<pid_t>>;
};

}  // namespace handoff
