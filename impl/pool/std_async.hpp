#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"

namespace handoff {

/// A new thread for every batch by std::async(std::launch::async); libstdc++ keeps none. At most
/// `workers` of them run at once: each starts its successor when it has finished.
class StdAsync {
 public:
  static constexpr Info info{.name = "std_async",
                             .mechanism = "std::async, a new thread per batch",
                             .source = "libstdc++",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 0,
                             .syscalls_per_message = 10};

  /// The initializers are run once to see whether they and the threads work, and then in every
  /// thread, with the number of a worker that does not run.
  explicit StdAsync(const PoolShape& shape) : initializer_(shape.initializer) {
    std::vector<std::future<void>> trials;
    for (unsigned i = 0; i < shape.workers; ++i) {
      trials.push_back(std::async(std::launch::async, [this, i] { initialize(i); }));
      free_numbers_.push_back(i);
    }
    for (std::future<void>& trial : trials) trial.get();
  }
  ~StdAsync() {
    terminate();
    join();
  }
  StdAsync(const StdAsync&) = delete;
  StdAsync& operator=(const StdAsync&) = delete;

  /// Raises std::system_error when the system refuses a thread.
  void submit(Batch& batch) {
    std::lock_guard lock(mutex_);
    detail::require_open(phase_);
    if (free_numbers_.empty()) {
      queue_.push_back(&batch);
      return;
    }
    unsigned number = free_numbers_.back();
    launch(batch, number);
    free_numbers_.pop_back();
  }

  void wait(Batch& batch) {
    std::unique_lock lock(mutex_);
    awaited_ = &batch;
    finished_.wait(lock, [&] { return state(batch) != BatchState::pending; });
    awaited_ = nullptr;
    auto thread = threads_.extract(&batch);
    lock.unlock();
    thread = {};  // joins the thread, which may still need the mutex
    detail::raise_failure(batch);
  }

  void close() {
    std::lock_guard lock(mutex_);
    if (phase_ == detail::PoolPhase::open) phase_ = detail::PoolPhase::closed;
  }

  void terminate() {
    std::lock_guard lock(mutex_);
    phase_ = detail::PoolPhase::terminated;
    for (Batch* batch : queue_) finish(*batch, BatchState::dropped);
    queue_.clear();
  }

  void join() {
    detail::require_ended(phase_);  // written by this thread only
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
  static BatchState state(const Batch& batch) {
    return batch.state.load(std::memory_order_relaxed);  // relaxed: the mutex orders it
  }

  void initialize(unsigned number) {
    try {
      initializer_(number);
    } catch (...) {
      throw TaskError(detail::current_message());
    }
  }

  void launch(Batch& batch, unsigned number) {
    threads_[&batch] =
        std::async(std::launch::async, [this, &batch, number] { work(batch, number); });
  }

  void work(Batch& first, unsigned number) {
    for (Batch* batch = &first; batch != nullptr;) {
      BatchState state = initialize_and_run(*batch, number);
      std::lock_guard lock(mutex_);
      finish(*batch, state);
      batch = succeed(number);
    }
  }

  BatchState initialize_and_run(Batch& batch, unsigned number) {
    try {
      initialize(number);
    } catch (const TaskError& error) {
      batch.failure = error.what();
      return BatchState::task_failed;
    }
    return detail::run(batch);
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

  void finish(Batch& batch, BatchState state) {
    batch.state.store(state, std::memory_order_relaxed);
    if (&batch == awaited_) finished_.notify_one();
  }

  std::function<void(unsigned)> initializer_;
  std::mutex mutex_;
  std::condition_variable finished_;
  std::deque<Batch*> queue_;
  std::vector<unsigned> free_numbers_;  ///< of workers that do not run
  std::unordered_map<const Batch*, std::future<void>> threads_;
  const Batch* awaited_ = nullptr;
  detail::PoolPhase phase_ = detail::PoolPhase::open;
};

static_assert(Pool<StdAsync>);

}  // namespace handoff
