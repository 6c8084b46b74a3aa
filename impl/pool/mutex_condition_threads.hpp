#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"
#include "crew_of_threads.hpp"

namespace handoff {

/// The textbook pool: threads take batches from a deque under a mutex and sleep on a condition
/// variable while it is empty.
class MutexConditionThreads {
 public:
  static constexpr Info info{.name = "mutex_condition_threads",
                             .mechanism = "threads, a deque under a mutex, condition variables",
                             .source = "own, over libstdc++",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 0};

  explicit MutexConditionThreads(const PoolShape& shape) {
    threads_.start(
        shape, [this] { serve(); }, [this] { terminate(); });
  }
  ~MutexConditionThreads() {
    terminate();
    join();
  }
  MutexConditionThreads(const MutexConditionThreads&) = delete;
  MutexConditionThreads& operator=(const MutexConditionThreads&) = delete;

  void submit(Batch& batch) {
    {
      std::lock_guard lock(mutex_);
      detail::require_open(phase_);
      queue_.push_back(&batch);
    }
    work_.notify_one();
  }

  void wait(Batch& batch) {
    std::unique_lock lock(mutex_);
    awaited_ = &batch;
    finished_.wait(lock, [&] { return state(batch) != BatchState::pending; });
    awaited_ = nullptr;
    detail::raise_failure(batch);
  }

  void close() {
    std::lock_guard lock(mutex_);
    if (phase_ == detail::PoolPhase::open) phase_ = detail::PoolPhase::closed;
    work_.notify_all();
  }

  void terminate() {
    std::lock_guard lock(mutex_);
    phase_ = detail::PoolPhase::terminated;
    for (Batch* batch : queue_) finish(*batch, BatchState::dropped);
    queue_.clear();
    work_.notify_all();
  }

  void join() {
    detail::require_ended(phase_);  // written by this thread only
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  // relaxed, here and below: the mutex orders it.
  static BatchState state(const Batch& batch) {
    return batch.state.load(std::memory_order_relaxed);
  }

  void finish(Batch& batch, BatchState state) {
    batch.state.store(state, std::memory_order_relaxed);
    if (&batch == awaited_) finished_.notify_one();  // do not wake the submitter for the others
  }

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [&] { return !queue_.empty() || phase_ != detail::PoolPhase::open; });
      if (queue_.empty()) return;
      Batch& batch = *queue_.front();
      queue_.pop_front();
      lock.unlock();
      BatchState state = detail::run(batch);
      lock.lock();
      finish(batch, state);
    }
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_;
  std::deque<Batch*> queue_;
  const Batch* awaited_ = nullptr;
  detail::PoolPhase phase_ = detail::PoolPhase::open;
  detail::CrewOfThreads threads_;
};

static_assert(Pool<MutexConditionThreads>);

}  // namespace handoff
