#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/status.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"
#include "nested_lane.hpp"

namespace handoff::detail {

/// A task's call of run_within_task; on its stack.
struct NestedCall {
  unsigned worker;  ///< that runs the task
  /// Batches, and those that the task's own thread has run until it counts them off together.
  Atomic<std::size_t> unfinished;
};

/// Batches that tasks of a pool have published to its workers, and wait for. Each worker has a lane
/// that it pushes them to and takes them back from, the last first; others take the oldest, which
/// tend to be the largest. After R. Blumofe and C. Leiserson, Scheduling Multithreaded Computations
/// by Work Stealing, 1999.
///
/// A task whose batches are all taken, and not all finished, takes what other tasks have published.
/// It waits for what began after it: its own batches, and what its thread helps with meanwhile. So
/// no wait closes a circle. A thread helps only so many times on top of one another; for more it
/// waits.
template <WaitingPolicy Wait>
class NestedBatches {
 public:
  explicit NestedBatches(std::size_t workers) : workers_(workers) {}

  /// By a task that the worker runs. `run(batch)` runs a batch or drops it, and returns its state.
  /// `notify()` tells idle workers that there is work, and returns whether one comes for it.
  template <class Run, class Notify>
  void run(unsigned worker, std::span<Batch> batches, Run run, Notify notify) {
    if (batches.empty()) return;
    NestedCall call{.worker = worker, .unfinished{batches.size()}};
    Lane& lane = workers_[worker].lane;
    const std::uint64_t height = lane.height();
    publish(lane, batches, call);
    if (!notify()) call_for_help();

    std::size_t own_runs = 0;
    for (; Batch* batch = lane.take_back(height); ++own_runs) {
      batch->state.store(run(*batch), std::memory_order_relaxed);  // nobody else looks at it
    }
    if (own_runs == batches.size()) return;
    // acquire: what others have done for it.
    if (call.unfinished.fetch_sub(own_runs, std::memory_order_acq_rel) > own_runs) {
      help_until_finished(call, run);
    }
  }

  /// Null when there is none that has not been taken.
  Batch* take(unsigned worker) {
    // seq_cst: see has_any.
    if (is_used_.load(std::memory_order_seq_cst) == 0) return nullptr;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      Batch* batch = workers_[(worker + i) % workers_.size()].lane.steal();
      if (batch != nullptr) return batch;
    }
    return nullptr;
  }

  /// By who has taken it. The batch may be gone from here on.
  void finish(Batch& batch, BatchState state) {
    NestedCall& call = *batch.call;
    Wait& finished = workers_[call.worker].news;
    batch.state.store(state, std::memory_order_relaxed);  // published by the count
    // The call may be gone from here on, but not the worker's bed.
    if (call.unfinished.fetch_sub(1, Wait::publish) == 1) finished.notify();
  }

  /// Whoever is about to sleep looks by this. seq_cst, as all that a task does from the mark of use
  /// to the look for sleepers: either it sees the sleeper, or the sleeper sees all of that.
  bool has_any() const {
    if (is_used_.load(std::memory_order_seq_cst) == 0) return false;
    for (const Worker& worker : workers_) {
      if (!worker.lane.is_empty()) return true;
    }
    return false;
  }

 private:
  using Lane = NestedLane<Batch>;

  /// So that a stack holds at most so many times the nesting of tasks; enough that a worker hardly
  /// ever waits for this reason.
  static constexpr unsigned most_helped_at_once = 8;

  struct Worker {
    Lane lane;
    alignas(isolation) Wait news;  ///< where it waits for its call, and for what it may help with
    unsigned helped = 0;           ///< batches that it helps with now, on top of one another
  };

  /// The first last, so that the task's thread takes it first.
  void publish(Lane& lane, std::span<Batch> batches, NestedCall& call) {
    // Marked once only: the line stays in all caches. seq_cst: see has_any.
    if (is_used_.load(std::memory_order_seq_cst) == 0) {
      is_used_.store(1, std::memory_order_seq_cst);
    }
    for (std::size_t i = batches.size(); i-- > 0;) {
      batches[i].state.store(BatchState::pending, std::memory_order_relaxed);  // push publishes it
      batches[i].call = &call;
      lane.push(&batches[i]);
    }
  }

  template <class Run>
  void help_until_finished(NestedCall& call, Run run) {
    Worker& own = workers_[call.worker];
    for (;;) {
      Batch* batch = nullptr;
      own.news.wait(
          [&] {
            if (call.unfinished.load(Wait::observe) == 0) return true;
            batch = own.helped < most_helped_at_once ? find_to_help_with(call.worker) : nullptr;
            return batch != nullptr;
          },
          never);
      stand_down(call.worker);
      if (batch == nullptr) return;
      ++own.helped;
      finish(*batch, run(*batch));
      --own.helped;
    }
  }

  // Where no idle worker comes, a task that publishes wakes one that waits within a task: the one
  // who stands by. There is one at a time, so that many small batches do not wake many workers.

  Batch* find_to_help_with(unsigned worker) {
    unsigned nobody = 0;
    // seq_cst, as below: the look at the lanes comes after it.
    if (stands_by_.load(std::memory_order_seq_cst) == nobody) {
      stands_by_.compare_exchange_strong(nobody, worker + 1, std::memory_order_seq_cst);
    }
    return take(worker);
  }

  void stand_down(unsigned worker) {
    unsigned this_one = worker + 1;
    // relaxed: who is called for help in vain has lost a wake-up that it did not need.
    if (stands_by_.load(std::memory_order_relaxed) == this_one) {
      stands_by_.compare_exchange_strong(this_one, 0, std::memory_order_relaxed);
    }
  }

  void call_for_help() {
    // seq_cst: after the batches have been published.
    unsigned helper = stands_by_.load(std::memory_order_seq_cst);
    if (helper != 0 && stands_by_.compare_exchange_strong(helper, 0, std::memory_order_seq_cst)) {
      workers_[helper - 1].news.notify();
    }
  }

  std::vector<Worker> workers_;
  Atomic<std::uint32_t> is_used_{0};
  alignas(isolation) Atomic<std::uint32_t> stands_by_{0};  ///< its number and 1; 0: nobody
};

}  // namespace handoff::detail
