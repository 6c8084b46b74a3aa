#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "../common/pidfd.hpp"
#include "../common/waiting.hpp"
#include "batch.hpp"
#include "contract.hpp"
#include "prefork_worker.hpp"

namespace handoff::detail {

/// Batches that are no longer pending and that the submitter wants to be shown.
using DoneList = std::deque<Batch*>;

/// All of this, and every look at a state, is in the submitting thread.
inline void settle(Batch& batch, BatchState state, DoneList& done) {
  batch.state.store(state, std::memory_order_relaxed);
  if (batch.is_listed) done.push_back(&batch);
}

/// What the submitter waits for; one of these.
struct Awaited {
  const Batch* batch = nullptr;
  bool any_listed = false;
  bool all = false;
};

/// What pools of processes share: the submitter's queue, its waiting, and its look for deaths.
///
/// `Worker` has a ForkedWorker, `process`, and a Batch, `greeting`. `Self` deals queued batches out
/// by `deal()`, does all that can be done without waiting in `advance()`, which says whether that
/// was anything, sleeps in `wait_for_news(awaited, deadline)`, lets an idle worker end and waits
/// for it in `end(i)`, takes out one that has ended by itself in `bury(i)`, and gives up what it
/// has dealt out in `drop_dealt()`; `has_dealt()`: batches that are not answered.
template <class Self, class Worker>
class ProcessPool {
  /// How often the submitter looks whether a worker has died, while others keep it busy.
  static constexpr auto death_notice = std::chrono::milliseconds(50);

 public:
  ProcessPool(const ProcessPool&) = delete;
  ProcessPool& operator=(const ProcessPool&) = delete;

  void submit(Batch& batch) {
    require_open(phase_, this);
    queue_.push_back(&batch);
    self().deal();
  }

  void wait(Batch& batch) {
    while (batch.state.load(std::memory_order_relaxed) == BatchState::pending) {  // own thread
      advance_or_wait({.batch = &batch}, never);
    }
    raise_failure(batch);
  }

  Batch* next_done(Deadline deadline) {
    while (done_.empty()) {
      advance_or_wait({.any_listed = true}, deadline);
      if (done_.empty() && passed(deadline)) return nullptr;
    }
    Batch* first = done_.front();
    done_.pop_front();
    return first;
  }

  void close() {
    if (phase_ == PoolPhase::open) phase_ = PoolPhase::closed;
  }

  void terminate() {
    phase_ = PoolPhase::terminated;
    for (Worker& worker : workers_) {
      if (worker.process.is_alive()) worker.process.kill();
    }
    self().drop_dealt();
    drop(queue_);
  }

  void join() {
    require_ended(phase_);
    while (!queue_.empty() || self().has_dealt()) advance_or_wait({.all = true}, never);
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (workers_[i].process.is_alive()) self().end(i);
    }
  }

  std::vector<pid_t> worker_ids() {
    bury_the_dead();
    std::vector<pid_t> ids;
    for (const Worker& worker : workers_) {
      if (worker.process.is_alive()) ids.push_back(worker.process.pid());
    }
    return ids;
  }

 protected:
  ProcessPool(const Info& info, const PoolShape& shape)
      : shape_(shape), workers_(checked_workers(info.name, shape.workers)) {}
  ~ProcessPool() = default;

  /// Starts all workers by `start(i)`, and waits for their greetings. Raises, and leaves none, when
  /// a process cannot be started or an initializer throws.
  template <class Start>
  void start_all(Start start) {
    try {
      for (unsigned i = 0; i < workers_.size(); ++i) start(i);
      for (Worker& worker : workers_) wait(worker.greeting);
    } catch (...) {
      shut_down();
      throw;
    }
  }
  /// Before what `Self` holds goes.
  void shut_down() {
    if (phase_ != PoolPhase::terminated) terminate();
    join();
  }

  /// The child runs `work()`, which must not return.
  template <class Work>
  void fork_worker(unsigned i, Work work) {
    workers_[i].process.start([&] {
      for (Worker& sibling : workers_) sibling.process.forget();
      InTaskOf in_task(this);
      work();
    });
  }

  void drop(std::deque<Batch*>& batches) {
    for (Batch* batch : batches) settle(*batch, BatchState::dropped, done_);
    batches.clear();
  }

  bool has_work() const { return phase_ == PoolPhase::open || !queue_.empty(); }

  bool any_lives() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const Worker& worker) { return worker.process.is_alive(); });
  }

  /// Without workers, nothing that is queued will ever be run.
  bool fail_if_none_lives() {
    if (any_lives()) return false;
    for (Batch* batch : queue_) fail(*batch, "no worker is left; the last: " + last_death_);
    queue_.clear();
    return true;
  }

  void fail(Batch& batch, const std::string& death) {
    batch.failure = death;
    settle(batch, BatchState::worker_died, done_);
  }

  PoolShape shape_;
  std::vector<Worker> workers_;
  std::deque<Batch*> queue_;  ///< not dealt out yet
  DoneList done_;
  std::string last_death_;
  PoolPhase phase_ = PoolPhase::open;

 private:
  Self& self() { return static_cast<Self&>(*this); }

  void advance_or_wait(const Awaited& awaited, Deadline deadline) {
    bool may_have_died = Clock::now() >= next_look_;
    if (!self().advance()) {
      may_have_died |= self().wait_for_news(awaited, deadline) == Waited::someone_may_have_died;
    }
    if (!may_have_died) return;
    bury_the_dead();
    next_look_ = Clock::now() + death_notice;
  }

  void bury_the_dead() {
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (workers_[i].process.is_alive() && workers_[i].process.has_ended()) self().bury(i);
    }
  }

  Deadline next_look_ = at_once;
};

}  // namespace handoff::detail
