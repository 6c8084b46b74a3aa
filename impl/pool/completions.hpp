#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "batch.hpp"
#include "contract.hpp"

/// How threads tell the submitting thread that a batch is no longer pending.
namespace handoff::detail {

/// Without a lock. The submitter names what it waits for and then looks at its state; a worker
/// publishes the state and then looks for the name. Sequentially consistent order lets one of the
/// two see the other, and nobody wakes the submitter for what it does not wait for.
class Completions {
 public:
  /// By a worker; the batch may be gone from here on.
  void finish(Batch& batch, BatchState state) {
    const Batch* finished = batch.is_listed ? &any_listed_ : &batch;
    if (batch.is_listed) {
      batch.state.store(state, std::memory_order_relaxed);  // published by the list
      list(batch);
    } else {
      batch.state.store(state, finished_.publish);
    }
    if (awaited_.load(std::memory_order_seq_cst) == finished) finished_.notify();
  }

  // By the submitter.
  void wait(Batch& batch) {
    // Of many that are waited for, most have ended before; workers then go on reading the name of
    // what is awaited from their own caches.
    auto has_ended = [&] { return batch.state.load(finished_.observe) != BatchState::pending; };
    if (!has_ended()) {
      awaited_.store(&batch, std::memory_order_seq_cst);  // before the look at the state
      finished_.wait(has_ended, never);
    }
    raise_failure(batch);
  }

  Batch* next_done(Deadline deadline) {
    if (taken_ == nullptr) {
      awaited_.store(&any_listed_, std::memory_order_seq_cst);  // before the look at the list
      if (!finished_.wait([&] { return listed_.load(finished_.observe) != nullptr; }, deadline)) {
        return nullptr;
      }
      take_list();
    }
    return std::exchange(taken_, taken_->following);
  }

 private:
  void list(Batch& batch) {
    batch.following = listed_.load(std::memory_order_relaxed);  // compared below
    while (!listed_.compare_exchange_weak(batch.following, &batch, finished_.publish,
                                          std::memory_order_relaxed)) {
    }
  }

  /// All at once, so that no batch can come back in between; in the order in which they were done.
  void take_list() {
    Batch* newest = listed_.exchange(nullptr, std::memory_order_acquire);  // their results
    while (newest != nullptr) {
      Batch* older = std::exchange(newest->following, taken_);
      taken_ = std::exchange(newest, older);
    }
  }

  Batch any_listed_;  ///< its address only
  alignas(isolation) Atomic<const Batch*> awaited_{nullptr};
  alignas(isolation) Atomic<Batch*> listed_{nullptr};
  SpinThenPark finished_;
  Batch* taken_ = nullptr;  ///< of the submitter
};

/// Under the pool's mutex, which orders all.
class LockedCompletions {
 public:
  /// Under the mutex.
  void finish(Batch& batch, BatchState state) {
    batch.state.store(state, std::memory_order_relaxed);
    if (batch.is_listed) listed_.push_back(&batch);
    // Does not wake the submitter for what it does not wait for.
    if (batch.is_listed ? awaits_listed_ : awaited_ == &batch) finished_.notify_one();
  }

  // By the submitter, with the mutex locked, and on return again.
  void wait(Batch& batch, std::unique_lock<std::mutex>& lock) {
    awaited_ = &batch;
    finished_.wait(
        lock, [&] { return batch.state.load(std::memory_order_relaxed) != BatchState::pending; });
    awaited_ = nullptr;
  }

  Batch* next_done(Deadline deadline, std::unique_lock<std::mutex>& lock) {
    awaits_listed_ = true;
    auto is_there = [&] { return !listed_.empty(); };
    if (deadline == never) {
      finished_.wait(lock, is_there);
    } else if (deadline != at_once) {
      finished_.wait_until(lock, deadline, is_there);
    }
    awaits_listed_ = false;
    if (listed_.empty()) return nullptr;
    Batch* first = listed_.front();
    listed_.pop_front();
    return first;
  }

 private:
  std::condition_variable finished_;
  std::deque<Batch*> listed_;  ///< no longer pending, and not returned yet
  const Batch* awaited_ = nullptr;
  bool awaits_listed_ = false;
};

}  // namespace handoff::detail
