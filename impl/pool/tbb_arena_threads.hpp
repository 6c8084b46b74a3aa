#pragma once

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract.hpp"
#include "dropping_threads.hpp"
#include "tried_threads.hpp"

namespace handoff::detail {

/// Lets the library have as many threads, its user's among them. Never fewer again: where the limit
/// goes down and up with each pool, oneTBB 2021.8 comes to spin and to give no threads.
inline void allow_threads(unsigned count) {
  static std::mutex mutex;
  static unsigned allowed = 0;
  static std::unique_ptr<tbb::global_control> control;
  std::lock_guard lock(mutex);
  if (count <= allowed) return;
  allowed = count;
  // The smallest of all controls counts, and so the new one from the end of the old one on.
  control =
      std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, count);
}

/// What one of the library's threads knows of the pool that it last worked for.
struct ArrivedThread {
  std::uint64_t pool = 0;
  int slot = -1;        ///< of the pool's arena
  std::string failure;  ///< of the initializer there
};

/// The library's threads as they come to a pool: each runs the initializer in its first task in
/// a slot of the arena, which gives it its number.
class ArrivingWorkers {
 public:
  ArrivingWorkers(const Info& info, const PoolShape& shape) : name_(info.name), shape_(shape) {}

  /// In a task. Returns what the initializer in this thread has failed with, if it has.
  const std::string& arrive() {
    int slot = tbb::this_task_arena::current_thread_index();
    if (here.pool != number_ || here.slot != slot) {
      std::lock_guard lock(mutex_);
      if (here.pool != number_) ids_.push_back(gettid());
      // Slot 0 is the submitter's.
      here = {number_, slot, initialize(shape_.initializer, static_cast<unsigned>(slot) - 1)};
      if (failure_.empty()) failure_ = here.failure;
      arrival_.notify_all();
    }
    return here.failure;
  }

  /// Until all have come; returns what the first of their initializers that has failed threw.
  std::string wait() {
    constexpr auto patience = std::chrono::seconds(30);
    std::unique_lock lock(mutex_);
    if (!arrival_.wait_for(lock, patience, [&] { return ids_.size() >= shape_.workers; })) {
      return std::string(name_) + ": the library gave " + std::to_string(ids_.size()) +
             " threads of " + std::to_string(shape_.workers);
    }
    return failure_;
  }

  std::vector<pid_t> ids() {
    std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  static inline std::atomic<std::uint64_t> pools{0};
  static inline thread_local ArrivedThread here;

  std::string_view name_;  ///< of the pool
  PoolShape shape_;
  std::uint64_t number_ = ++pools;  ///< no other pool has it, at whatever address
  std::mutex mutex_;
  std::condition_variable arrival_;
  std::vector<pid_t> ids_;
  std::string failure_;
};

/// What pools share whose batches become tasks of a group, spawned into an arena that keeps a place
/// for the submitter; it runs none of them. The library's threads outlive the pool.
///
/// What tasks publish is run in the same arena. The library's threads look for other tasks while
/// they wait for some, for whichever there are. So the first call of a task isolates what comes of
/// it: a thread that waits there takes nothing else, and no submitted batch lands on its stack.
class TbbArenaThreads : public DroppingThreads {
 public:
  TbbArenaThreads(const TbbArenaThreads&) = delete;
  TbbArenaThreads& operator=(const TbbArenaThreads&) = delete;

  void close() { begin_close(); }

  void terminate() {
    begin_to_drop();
    close();
  }

  void join() {
    require_ended();
    finish_all();
    is_joined_ = true;
  }

  std::vector<pid_t> worker_ids() { return is_joined_ ? std::vector<pid_t>() : workers_.ids(); }

 protected:
  TbbArenaThreads(const Info& info, const PoolShape& shape)
      : arena_(static_cast<int>(checked_threads(info, shape) + 1), 1), workers_(info, shape) {
    // Each holds a thread until there are as many as there shall be.
    for (unsigned i = 0; i < shape.workers; ++i) {
      spawn([this] {
        workers_.arrive();
        (void)workers_.wait();
      });
    }
    std::string failure = workers_.wait();
    if (failure.empty()) return;
    finish_all();
    throw TaskError(failure);
  }
  ~TbbArenaThreads() noexcept {  // the group raises only what tasks throw: none does
    terminate();
    join();
  }

  /// In a task of the group.
  void run(Batch& batch) { run_or_drop(batch, workers_.arrive()); }

  /// By a task. `run_all(run_one)` runs them by the library and waits for them; it calls
  /// `run_one(batch)` for each.
  template <class RunAll>
  void run_nested(std::span<Batch> batches, RunAll run_all) {
    require_own_task(this);
    for (Batch& batch : batches) {
      batch.state.store(BatchState::pending, std::memory_order_relaxed);
    }
    // release and acquire, at both ends: the library orders this too, but ThreadSanitizer does not
    // see it.
    Atomic<std::size_t> run{0};
    run.store(0, std::memory_order_release);
    auto run_one = [&](Batch& batch) {
      (void)run.load(std::memory_order_acquire);
      const bool was_within = std::exchange(is_within_task, true);
      batch.state.store(outcome_of_nested(batch, workers_.arrive()), std::memory_order_relaxed);
      is_within_task = was_within;
      run.fetch_add(1, std::memory_order_release);
    };
    if (is_within_task) {
      run_all(run_one);
    } else {
      tbb::this_task_arena::isolate([&] { run_all(run_one); });
    }
    (void)run.load(std::memory_order_acquire);
    raise_first_failure(batches);
  }

  template <class Task>
  void spawn(Task task) {
    // release, with the acquire below: the library orders this too, but ThreadSanitizer does not
    // see it.
    unfinished_.fetch_add(1, std::memory_order_release);
    arena_.execute([&] {
      group_.run([this, task] {
        (void)unfinished_.load(std::memory_order_acquire);
        task();
        // seq_cst, here and in finish_all: before the look for a sleeper.
        if (unfinished_.fetch_sub(1, std::memory_order_seq_cst) == 1) all_done_.notify();
      });
    });
  }

 private:
  static unsigned checked_threads(const Info& info, const PoolShape& shape) {
    unsigned workers = checked_workers(info.name, shape.workers);
    require_no_replacement(info, shape);
    try_threads(workers);
    allow_threads(workers + 1);
    return workers;
  }

  /// Waits first, so that the submitter runs none.
  void finish_all() {
    all_done_.wait([this] { return unfinished_.load(std::memory_order_seq_cst) == 0; }, never);
    arena_.execute([this] { group_.wait(); });
  }

  /// This thread runs what a task has published. It runs no submitted batch on top of that.
  static inline thread_local bool is_within_task = false;

  tbb::task_arena arena_;
  ArrivingWorkers workers_;
  tbb::task_group group_;
  Atomic<std::size_t> unfinished_{0};
  Park all_done_;
  bool is_joined_ = false;
};

}  // namespace handoff::detail
