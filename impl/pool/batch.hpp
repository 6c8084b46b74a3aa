#pragma once

#include <cassert>
#include <exception>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "../common/numbered_workers.hpp"
#include "contract.hpp"

/// What all pools do with a batch and with their state.
namespace handoff::detail {

/// The message of the exception being handled.
inline std::string current_message() {
  try {
    throw;
  } catch (const std::exception& error) {
    return *error.what() != '\0' ? error.what() : "exception with an empty message";
  } catch (...) {
    return "exception of an unknown type";
  }
}

/// Runs the initializer for a worker; returns the message of what it has thrown, empty for nothing.
inline std::string initialize(const std::function<void(unsigned)>& initializer, unsigned worker) {
  try {
    initializer(worker);
  } catch (...) {
    return current_message();
  }
  return {};
}

/// The pool whose task this thread is running.
inline thread_local const void* pool_of_this_task = nullptr;

/// Marks the calling thread, for as long as it lives, as one that runs a task of the pool.
class InTaskOf {
 public:
  explicit InTaskOf(const void* pool) : outer_(std::exchange(pool_of_this_task, pool)) {}
  ~InTaskOf() { pool_of_this_task = outer_; }
  InTaskOf(const InTaskOf&) = delete;
  InTaskOf& operator=(const InTaskOf&) = delete;

 private:
  const void* outer_;
};

/// Runs a batch where its arguments and results lie; returns the state that it is now in.
inline BatchState run(Batch& batch, const void* pool) {
  InTaskOf in_task(pool);
  std::string failure = batch.function(batch.arguments, batch.count, batch.results);
  if (failure.empty()) return BatchState::done;  // the submitter's line stays as it is
  batch.failure = std::move(failure);
  return BatchState::task_failed;
}

/// The same, unless the worker's initializer has failed: then its message is the batch's.
inline BatchState run_or_fail(Batch& batch, const void* pool, const std::string& initializer) {
  if (initializer.empty()) return run(batch, pool);
  batch.failure = initializer;
  return BatchState::task_failed;
}

/// Raises what a batch has failed with. Apart from the look whether it has, which so stays small
/// enough to be compiled into every wait.
[[noreturn]] inline void throw_failure(const Batch& batch, BatchState state) {
  switch (state) {
    case BatchState::pending:
    case BatchState::done: break;
    case BatchState::task_failed: throw TaskError(batch.failure);
    case BatchState::worker_died: throw WorkerDied(batch.failure);
    case BatchState::dropped: throw PoolStateError("pool: terminated before the batch was run");
  }
  throw std::logic_error("pool: a batch has not failed, or is still pending");
}

/// What `wait` raises for a batch that is no longer pending.
inline void raise_failure(const Batch& batch) {
  // acquire: the results and the failure were written before the state.
  const BatchState state = batch.state.load(std::memory_order_acquire);
  assert(state != BatchState::pending);
  if (state != BatchState::done) throw_failure(batch, state);
}

/// Open until close or terminate; each may be called again, terminate also after close.
enum class PoolPhase { open, closed, terminated };

inline void require_open(PoolPhase phase, const void* pool) {
  if (pool_of_this_task == pool) throw PoolStateError("pool: submission by one of its own tasks");
  if (phase != PoolPhase::open) throw PoolStateError("pool: submission after close or terminate");
}

/// Before batches are run within a task.
inline void require_own_task(const void* pool) {
  if (pool_of_this_task != pool) {
    throw PoolStateError("pool: run_within_task outside of the pool's own tasks");
  }
}

/// What `run_within_task` raises when none of its batches is pending any more.
inline void raise_first_failure(std::span<const Batch> batches) {
  for (const Batch& batch : batches) raise_failure(batch);
}

inline void require_ended(PoolPhase phase) {
  if (phase == PoolPhase::open) throw PoolStateError("pool: join before close or terminate");
}

/// For pools whose threads are a library's.
inline void require_no_replacement(const Info& info, const PoolShape& shape) {
  if (shape.max_tasks_per_worker == 0) return;
  throw std::invalid_argument(std::string(info.name) + ": max_tasks_per_worker of " +
                              std::to_string(shape.max_tasks_per_worker) +
                              ", but its threads are not replaced");
}

}  // namespace handoff::detail
