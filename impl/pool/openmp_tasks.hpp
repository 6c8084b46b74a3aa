#pragma once

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <future>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"
#include "dropping_threads.hpp"
#include "stealing_lane.hpp"
#include "tried_threads.hpp"

namespace handoff {

/// Batches are OpenMP tasks. The team has one thread more than there are workers: it makes the
/// tasks, and runs none of them; the workers take them in the barrier at the end of the region.
///
/// The trap: libgomp runs a task at once in the thread that makes it, taskloop's too, while more
/// than 64 tasks for each thread of the team are unfinished. So no more are made than half as many.
///
/// A task that publishes batches makes a task of each and waits for them, its children, of which
/// its thread runs those that no other has. Where as many are unfinished as may be, it runs the
/// batch at once instead. That is right for it, but were it left to the library, the thread that
/// makes tasks would come to run some.
class OpenmpTasks : public detail::DroppingThreads {
 public:
  static constexpr Info info{.name = "openmp_tasks",
                             .mechanism = "threads of a team, a task per batch, made by one more",
                             .source = "OpenMP, libgomp",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = false;

  explicit OpenmpTasks(const PoolShape& shape) {
    threads_ = static_cast<int>(checked_workers(info.name, shape.workers)) + 1;
    detail::require_no_replacement(info, shape);
    detail::try_threads(shape.workers + 1);
    ids_.resize(shape.workers);
    std::promise<std::string> started;
    team_ = std::thread([this, &shape, &started] { run_team(shape, started); });
    const std::string failure = started.get_future().get();
    if (failure.empty()) return;
    terminate();
    join();
    throw TaskError(failure);
  }
  ~OpenmpTasks() {
    terminate();
    join();
  }
  OpenmpTasks(const OpenmpTasks&) = delete;
  OpenmpTasks& operator=(const OpenmpTasks&) = delete;

  void submit(Batch& batch) {
    require_open();
    queue_.push(&batch);
    news_.notify();
  }

  void run_within_task(std::span<Batch> batches) {
    detail::require_own_task(this);
    for (Batch& batch : batches) {
      batch.state.store(BatchState::pending, std::memory_order_relaxed);  // ordered by the library
      make_nested_task(batch);
    }
#pragma omp taskwait
    detail::raise_first_failure(batches);
  }

  void close() {
    if (!begin_close()) return;
    is_closed_.store(true, Park::publish);
    news_.notify();
  }

  void terminate() {
    begin_to_drop();
    close();
  }

  void join() {
    require_ended();
    if (team_.joinable()) team_.join();
    ids_.clear();
  }

  std::vector<pid_t> worker_ids() { return ids_; }

 private:
  static constexpr std::size_t unfinished_per_thread = 32;

  std::size_t most_unfinished() const {
    return unfinished_per_thread * static_cast<std::size_t>(threads_);
  }

  /// By a task. Each thread may find that one more can be made at the same time: half as many as
  /// the trap allows leaves room for that.
  void make_nested_task(Batch& batch) {
    Batch* published = &batch;
    // relaxed: a number that is a little old will do.
    if (unfinished_.load(std::memory_order_relaxed) >= most_unfinished()) {
      run_nested(*published);
      return;
    }
    unfinished_.fetch_add(1, std::memory_order_relaxed);  // the library orders it before the task
#pragma omp task firstprivate(published)
    {
      run_nested(*published);
      count_off();
    }
  }

  void run_nested(Batch& batch) {
    // relaxed: the library orders it before the end of the wait.
    batch.state.store(outcome_of_nested(batch, {}), std::memory_order_relaxed);
  }

  void count_off() {
    if (unfinished_.fetch_sub(1, Park::publish) == most_unfinished()) news_.notify();
  }

  /// The calling thread becomes the one that makes tasks.
  void run_team(const PoolShape& shape, std::promise<std::string>& started) {
    std::vector<std::string> failures(shape.workers);
#pragma omp parallel num_threads(threads_)
    {
      const int number = omp_get_thread_num();
      if (number != 0) {
        const auto worker = static_cast<unsigned>(number) - 1;
        ids_[worker] = gettid();
        failures[worker] = detail::initialize(shape.initializer, worker);
      }
#pragma omp barrier
      if (number == 0) {
        started.set_value(first_failure(failures));
        make_tasks();
      }
    }
  }

  std::string first_failure(const std::vector<std::string>& failures) const {
    if (omp_get_num_threads() != threads_) {
      return "openmp_tasks: the library gave a team of " + std::to_string(omp_get_num_threads()) +
             " threads, not " + std::to_string(threads_);
    }
    auto failed = std::find_if(failures.begin(), failures.end(),
                               [](const std::string& failure) { return !failure.empty(); });
    return failed == failures.end() ? std::string() : *failed;
  }

  /// Until the pool is closed and its queue empty.
  void make_tasks() {
    for (;;) {
      // Closed before it is seen to be empty: nothing comes after that.
      const bool is_closed = is_closed_.load(std::memory_order_acquire);
      Batch* batch = queue_.steal();
      if (batch == nullptr) {
        if (is_closed) return;
        news_.wait([this] { return !queue_.is_empty() || is_closed_.load(Park::observe); }, never);
        continue;
      }
      news_.wait([this] { return unfinished_.load(Park::observe) < most_unfinished(); }, never);
      unfinished_.fetch_add(1, std::memory_order_relaxed);  // the library orders it before the task
#pragma omp task firstprivate(batch)
      {
        run_or_drop(*batch, {});
        count_off();
      }
    }
  }

  int threads_;  ///< of the team
  std::vector<pid_t> ids_;
  detail::StealingLane<Batch> queue_;
  Park news_;  ///< where the thread that makes tasks waits
  Atomic<bool> is_closed_{false};
  Atomic<std::size_t> unfinished_{0};
  std::thread team_;
};

static_assert(Pool<OpenmpTasks> && NestsBatches<OpenmpTasks>);

}  // namespace handoff
