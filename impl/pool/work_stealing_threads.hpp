#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "../common/waiting.hpp"
#include "contract.hpp"
#include "crew_of_threads.hpp"
#include "dropping_threads.hpp"
#include "idle_workers.hpp"
#include "nested_batches.hpp"
#include "stealing_lane.hpp"

namespace handoff {

/// Threads with a lock-free lane each, which the submitter fills in turn. A thread takes from its
/// own lane, and when that is empty from the others'; when all are, it goes on to look for as long
/// as the policy spins, and then sleeps.
///
/// What tasks publish lies in lanes of their own, where idle threads look when the others are
/// empty; they do not count for max_tasks_per_worker. After close a thread that finds nothing ends:
/// what tasks publish then is run by those that are left, at least by the task's own.
template <WaitingPolicy Wait>
class WorkStealingThreads : public detail::DroppingThreads {
 public:
  static constexpr Info info{.name = "work_stealing_threads",
                             .policy = Wait::name,
                             .mechanism = "threads, a lock-free lane each, stealing",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Wait::waiting,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = true;

  explicit WorkStealingThreads(const PoolShape& shape)
      : lanes_(checked_workers(info.name, shape.workers)), nested_(shape.workers) {
    threads_.start(
        shape, [this](const detail::Service& service) { return serve(service); },
        [this] { terminate(); });
  }
  ~WorkStealingThreads() {
    terminate();
    join();
  }
  WorkStealingThreads(const WorkStealingThreads&) = delete;
  WorkStealingThreads& operator=(const WorkStealingThreads&) = delete;

  void submit(Batch& batch) {
    require_open();
    lanes_[next_].push(&batch);
    if (++next_ == lanes_.size()) next_ = 0;
    idle_.notify();
  }

  void run_within_task(std::span<Batch> batches) {
    detail::require_own_task(this);
    // Its worker runs tasks, and so its initializer has not failed.
    nested_.run(
        worker_of_this_thread, batches,
        [this](Batch& batch) { return outcome_of_nested(batch, {}); },
        [this] { return idle_.notify_one_if_any(); });
    detail::raise_first_failure(batches);
  }

  void close() {
    if (!begin_close()) return;
    is_closed_.store(true, std::memory_order_seq_cst);
    idle_.notify_all();
  }

  void terminate() {
    begin_to_drop();
    close();
  }

  void join() {
    require_ended();
    threads_.join();
  }

  std::vector<pid_t> worker_ids() { return threads_.ids(); }

 private:
  static constexpr unsigned looks_before_sleep =
      Wait::waiting == Waiting::spins_then_blocks ? detail::turns_before_giving_up : 0;

  bool serve(const detail::Service& service) {
    worker_of_this_thread = service.worker;
    for (std::size_t i = 0; i < service.batches; ++i) {
      Batch* batch = take(service.worker);
      if (batch == nullptr) batch = look_for_work(service);
      if (batch == nullptr) return false;
      run_or_drop(*batch, service.initializer);
    }
    return true;
  }

  /// Null when the pool is closed and there is none. Meanwhile runs what tasks have published.
  Batch* look_for_work(const detail::Service& service) {
    idle_.begin_to_look();
    for (unsigned looks = 0;; ++looks) {
      // Closed before it is seen to be empty: nothing is submitted after that.
      bool is_closed = is_closed_.load(std::memory_order_acquire);
      Batch* batch = take(service.worker);
      if (batch == nullptr) {
        if (Batch* nested = nested_.take(service.worker)) {
          idle_.end_look([this] { return has_work(); });
          nested_.finish(*nested, outcome_of_nested(*nested, service.initializer));
          idle_.begin_to_look();
          looks = 0;
          continue;
        }
      }
      if (batch != nullptr || is_closed) {
        idle_.end_look([this] { return has_work(); });
        return batch;
      }
      if (looks < looks_before_sleep) {
        cpu_relax();
      } else {
        idle_.sleep([this] { return has_work() || is_closed_.load(std::memory_order_seq_cst); });
        looks = 0;
      }
    }
  }

  Batch* take(unsigned worker) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      Batch* batch = lanes_[(worker + i) % lanes_.size()].steal();
      if (batch != nullptr) return batch;
    }
    return nullptr;
  }

  bool has_work() const {
    for (const Lane& lane : lanes_) {
      if (!lane.is_empty()) return true;
    }
    return nested_.has_any();
  }

  using Lane = detail::StealingLane<Batch>;

  static inline thread_local unsigned worker_of_this_thread = 0;  ///< of those that serve

  std::vector<Lane> lanes_;
  std::size_t next_ = 0;  ///< the lane of the next batch
  detail::IdleWorkers idle_;
  Atomic<bool> is_closed_{false};
  detail::NestedBatches<Wait> nested_;
  detail::CrewOfThreads threads_;
};

static_assert(Pool<WorkStealingThreads<Park>> && NestsBatches<WorkStealingThreads<Park>>);

}  // namespace handoff
