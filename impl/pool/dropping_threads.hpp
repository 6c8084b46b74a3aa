#pragma once

#include <string>

#include "../common/atomic.hpp"
#include "batch.hpp"
#include "completions.hpp"
#include "contract.hpp"

namespace handoff::detail {

/// What pools of threads share whose queues cannot be emptied by others than the workers: after
/// terminate these still take every batch, and drop it.
class DroppingThreads {
 public:
  void wait(Batch& batch) { completions_.wait(batch); }
  Batch* next_done(Deadline deadline) { return completions_.next_done(deadline); }

 protected:
  // By the submitter.
  void require_open() const { detail::require_open(phase_, this); }
  void require_ended() const { detail::require_ended(phase_); }
  /// False when it was closed or terminated before.
  bool begin_close() {
    if (phase_ != PoolPhase::open) return false;
    phase_ = PoolPhase::closed;
    return true;
  }
  /// To be followed by close.
  void begin_to_drop() {
    // relaxed: a worker that sees it late runs one batch more.
    is_dropping_.store(true, std::memory_order_relaxed);
  }

  /// By a worker. `initializer`: what its initializer has failed with, if it has.
  void run_or_drop(Batch& batch, const std::string& initializer) {
    bool is_dropped = is_dropping_.load(std::memory_order_relaxed);
    completions_.finish(batch,
                        is_dropped ? BatchState::dropped : run_or_fail(batch, this, initializer));
  }

  /// The same for a batch that a task has published; returns the state, of which nobody is told
  /// yet. A call of its own, so that the path of submitted batches is compiled as if there were no
  /// others.
  [[gnu::noinline]] BatchState outcome_of_nested(Batch& batch, const std::string& initializer) {
    bool is_dropped = is_dropping_.load(std::memory_order_relaxed);
    return is_dropped ? BatchState::dropped : run_or_fail(batch, this, initializer);
  }

 private:
  Completions completions_;
  Atomic<bool> is_dropping_{false};
  PoolPhase phase_ = PoolPhase::open;
};

}  // namespace handoff::detail
