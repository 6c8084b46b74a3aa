#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../common/atomic.hpp"
#include "batch.hpp"
#include "completions.hpp"
#include "contract.hpp"

namespace handoff::detail {

/// A new thread for every batch. At most `workers` of them run at once: each starts its successor
/// when it has finished. What a task publishes gets threads beside these, however many: it waits
/// for them, and where they had to wait for others, all could. `Thread` is started by
/// `Thread::start(work)`, or raises std::system_error, and is joined when it is destroyed.
template <class Thread>
class ThreadPerBatch {
 public:
  /// The initializers are run once to see whether they and the threads work, and then in every
  /// thread, with the number of a worker that does not run; within a task each number in turn.
  ThreadPerBatch(const Info& info, const PoolShape& shape)
      : initializer_(shape.initializer), workers_(checked_workers(info.name, shape.workers)) {
    std::vector<std::string> failures(workers_);
    {
      std::vector<Thread> trials(shape.workers);
      for (unsigned i = 0; i < shape.workers; ++i) {
        trials[i] =
            Thread::start([this, i, &failures] { failures[i] = initialize(initializer_, i); });
        free_numbers_.push_back(i);
      }
    }
    for (const std::string& failure : failures) {
      if (!failure.empty()) throw TaskError(failure);
    }
  }
  ~ThreadPerBatch() {
    terminate();
    join();
  }
  ThreadPerBatch(const ThreadPerBatch&) = delete;
  ThreadPerBatch& operator=(const ThreadPerBatch&) = delete;

  /// Raises std::system_error when the system refuses a thread.
  void submit(Batch& batch) {
    std::lock_guard lock(mutex_);
    require_open(phase_, this);
    if (free_numbers_.empty()) {
      queue_.push_back(&batch);
      return;
    }
    unsigned number = free_numbers_.back();
    launch(batch, number);
    free_numbers_.pop_back();
  }

  void run_within_task(std::span<Batch> batches) {
    require_own_task(this);
    {
      std::vector<Thread> threads(batches.size());
      for (std::size_t i = 0; i < batches.size(); ++i) start_nested(threads[i], batches[i]);
    }  // joins them
    raise_first_failure(batches);
  }

  void wait(Batch& batch) {
    std::unique_lock lock(mutex_);
    completions_.wait(batch, lock);
    join_thread_of(batch, lock);
    raise_failure(batch);
  }

  Batch* next_done(Deadline deadline) {
    std::unique_lock lock(mutex_);
    Batch* batch = completions_.next_done(deadline, lock);
    if (batch != nullptr) join_thread_of(*batch, lock);
    return batch;
  }

  void close() {
    std::lock_guard lock(mutex_);
    if (phase_ == PoolPhase::open) phase_ = PoolPhase::closed;
  }

  void terminate() {
    std::lock_guard lock(mutex_);
    phase_ = PoolPhase::terminated;
    for (Batch* batch : queue_) completions_.finish(*batch, BatchState::dropped);
    queue_.clear();
  }

  void join() {
    require_ended(phase_);  // written by this thread only
    for (;;) {
      std::unique_lock lock(mutex_);
      if (threads_.empty()) return;
      auto thread = threads_.extract(threads_.begin());
      lock.unlock();  // the thread joined here may add its successor
    }
  }

  /// None: no thread outlives its batch.
  std::vector<pid_t> worker_ids() { return {}; }

 private:
  void join_thread_of(const Batch& batch, std::unique_lock<std::mutex>& lock) {
    auto thread = threads_.extract(&batch);
    lock.unlock();  // the thread may still need it
    thread = {};
  }

  void launch(Batch& batch, unsigned number) {
    threads_[&batch] = Thread::start([this, &batch, number] { work(batch, number); });
  }

  /// Where the system refuses a thread, the caller runs the batch.
  void start_nested(Thread& thread, Batch& batch) {
    // relaxed: each gets another number, and no more is asked for.
    const unsigned number = next_nested_.fetch_add(1, std::memory_order_relaxed) % workers_;
    try {
      thread = Thread::start([this, &batch, number] {
        batch.state.store(run_or_fail(batch, this, initialize(initializer_, number)),
                          std::memory_order_relaxed);  // before the thread is joined
      });
    } catch (const std::system_error&) {
      batch.state.store(run(batch, this), std::memory_order_relaxed);
    }
  }

  void work(Batch& first, unsigned number) {
    for (Batch* batch = &first; batch != nullptr;) {
      BatchState state = run_or_fail(*batch, this, initialize(initializer_, number));
      std::lock_guard lock(mutex_);
      completions_.finish(*batch, state);
      batch = succeed(number);
    }
  }

  /// Starts a thread for the next batch. Where the system refuses one, the caller runs it.
  Batch* succeed(unsigned number) {
    if (queue_.empty()) {
      free_numbers_.push_back(number);
      return nullptr;
    }
    Batch* next = queue_.front();
    queue_.pop_front();
    try {
      launch(*next, number);
      return nullptr;
    } catch (const std::system_error&) {
      return next;
    }
  }

  std::function<void(unsigned)> initializer_;
  unsigned workers_;
  Atomic<unsigned> next_nested_{0};  ///< whose number the next thread within a task gets
  std::mutex mutex_;
  LockedCompletions completions_;
  std::deque<Batch*> queue_;
  std::vector<unsigned> free_numbers_;  ///< of workers that do not run
  std::unordered_map<const Batch*, Thread> threads_;
  PoolPhase phase_ = PoolPhase::open;
};

}  // namespace handoff::detail
