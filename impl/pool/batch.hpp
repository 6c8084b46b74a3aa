#pragma once

#include <cassert>
#include <exception>
#include <string>
#include <utility>

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

/// Runs a batch where its arguments and results lie; returns the state that it is now in.
inline BatchState run(Batch& batch) {
  batch.failure = batch.function(batch.arguments, batch.count, batch.results);
  return batch.failure.empty() ? BatchState::done : BatchState::task_failed;
}

/// What `wait` raises for a batch that is no longer pending.
inline void raise_failure(const Batch& batch) {
  // acquire: the results and the failure were written before the state.
  switch (batch.state.load(std::memory_order_acquire)) {
    case BatchState::pending: assert(false); break;
    case BatchState::done: break;
    case BatchState::task_failed: throw TaskError(batch.failure);
    case BatchState::worker_died: throw WorkerDied(batch.failure);
    case BatchState::dropped: throw PoolStateError("pool: terminated before the batch was run");
  }
}

/// Open until close or terminate; each may be called again, terminate also after close.
enum class PoolPhase { open, closed, terminated };

inline void require_open(PoolPhase phase) {
  if (phase != PoolPhase::open) throw PoolStateError("pool: submission after close or terminate");
}

inline void require_ended(PoolPhase phase) {
  if (phase == PoolPhase::open) throw PoolStateError("pool: join before close or terminate");
}

}  // namespace handoff::detail
