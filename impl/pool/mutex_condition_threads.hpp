#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "batch.hpp"
#include "completions.hpp"
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
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = true;

  explicit MutexConditionThreads(const PoolShape& shape) {
    (void)checked_workers(info.name, shape.workers);
    threads_.start(
        shape, [this](const detail::Service& service) { return serve(service); },
        [this] { terminate(); });
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
      detail::require_open(phase_, this);
      queue_.push_back(&batch);
    }
    work_.notify_one();
  }

  void wait(Batch& batch) {
    std::unique_lock lock(mutex_);
    completions_.wait(batch, lock);
    detail::raise_failure(batch);
  }

  Batch* next_done(Deadline deadline) {
    std::unique_lock lock(mutex_);
    return completions_.next_done(deadline, lock);
  }

  void close() {
    std::lock_guard lock(mutex_);
    if (phase_ == detail::PoolPhase::open) phase_ = detail::PoolPhase::closed;
    work_.notify_all();
  }

  void terminate() {
    std::lock_guard lock(mutex_);
    phase_ = detail::PoolPhase::terminated;
    for (Batch* batch : queue_) completions_.finish(*batch, BatchState::dropped);
    queue_.clear();
    work_.notify_all();
  }

  void join() {
    detail::require_ended(phase_);  // written by this thread only
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  bool serve(const detail::Service& service) {
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < service.batches; ++i) {
      work_.wait(lock, [&] { return !queue_.empty() || phase_ != detail::PoolPhase::open; });
      if (queue_.empty()) return false;
      Batch& batch = *queue_.front();
      queue_.pop_front();
      lock.unlock();
      BatchState state = detail::run_or_fail(batch, this, service.initializer);
      lock.lock();
      completions_.finish(batch, state);
    }
    return true;
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Batch*> queue_;
  detail::LockedCompletions completions_;
  detail::PoolPhase phase_ = detail::PoolPhase::open;
  detail::CrewOfThreads threads_;
};

static_assert(Pool<MutexConditionThreads>);

}  // namespace handoff
