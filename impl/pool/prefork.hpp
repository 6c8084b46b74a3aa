#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "contract.hpp"
#include "forked_worker.hpp"
#include "prefork_worker.hpp"
#include "worker_link.hpp"

namespace handoff::detail {

/// A pool of processes forked at construction. The parent keeps the queue and deals batches to the
/// least loaded worker through its lane, which carries requests one way and replies the other as
/// streams of bytes; a worker runs its batches in order and answers each before it begins the
/// next. So when a worker dies, only the oldest unanswered batch can have been begun: that one
/// fails, and the others go back to the queue.
///
/// `Lanes` is what carries the bytes; see SocketLanes and RingLanes.
template <class Lanes>
class Prefork {
  /// How often the submitter looks whether a worker has died, while others keep it busy.
  static constexpr auto death_notice = std::chrono::milliseconds(50);

 public:
  explicit Prefork(const PoolShape& shape) : lanes_(shape.workers), workers_(shape.workers) {
    auto greetings = std::make_unique<Batch[]>(shape.workers);
    try {
      for (unsigned i = 0; i < shape.workers; ++i) {
        workers_[i].held.push_back(&greetings[i]);  // the worker's first reply, which nobody asks
        start(i, shape);
      }
      for (unsigned i = 0; i < shape.workers; ++i) wait(greetings[i]);
    } catch (...) {
      terminate();
      join();
      throw;
    }
  }
  ~Prefork() {
    if (phase_ != PoolPhase::terminated) terminate();
    join();
  }
  Prefork(const Prefork&) = delete;
  Prefork& operator=(const Prefork&) = delete;

  void submit(Batch& batch) {
    require_open(phase_);
    queue_.push_back(&batch);
    deal();
  }

  void wait(Batch& batch) {
    while (batch.state.load(std::memory_order_relaxed) == BatchState::pending) {  // own thread
      advance_or_wait(&batch);
    }
    raise_failure(batch);
  }

  void close() {
    if (phase_ == PoolPhase::open) phase_ = PoolPhase::closed;
  }

  void terminate() {
    phase_ = PoolPhase::terminated;
    for (WorkerLink& worker : workers_) {
      if (worker.process.is_alive()) worker.process.kill();
      drop(worker.held);
    }
    drop(queue_);
  }

  void join() {
    require_ended(phase_);
    while (is_busy()) advance_or_wait(nullptr);
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      lanes_.end(i);
      workers_[i].process.reap();
    }
  }

  std::vector<pid_t> worker_ids() {
    bury_the_dead();
    std::vector<pid_t> ids;
    for (const WorkerLink& worker : workers_) {
      if (worker.process.is_alive()) ids.push_back(worker.process.pid());
    }
    return ids;
  }

 private:
  void start(unsigned i, const PoolShape& shape) {
    lanes_.open(i);
    workers_[i].process.start([&] {
      for (WorkerLink& sibling : workers_) sibling.process.forget();
      lanes_.become_worker(i);
      serve(lanes_, i, shape.initializer);
    });
    lanes_.started(i, workers_[i].process.pidfd());
  }

  static void drop(std::deque<Batch*>& batches) {
    for (Batch* batch : batches) batch->state.store(BatchState::dropped);
    batches.clear();
  }

  bool is_busy() const {
    auto is_asked = [](const WorkerLink& worker) { return !worker.held.empty(); };
    return !queue_.empty() || std::any_of(workers_.begin(), workers_.end(), is_asked);
  }

  void advance_or_wait(const Batch* awaited) {
    bool may_have_died = Clock::now() >= next_look_;
    if (!advance()) {
      may_have_died |= lanes_.wait(wake_ups(awaited)) == Waited::someone_may_have_died;
    }
    if (!may_have_died) return;
    bury_the_dead();
    next_look_ = Clock::now() + death_notice;
  }

  /// Does all that can be done without waiting; whether anything was.
  bool advance() {
    bool has_moved = false;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      has_moved |= workers_[i].receive(lanes_, i);
      has_moved |= workers_[i].send(lanes_, i);
    }
    has_moved |= deal();
    return has_moved;
  }

  /// Gives queued batches to the least loaded workers while their windows have room.
  bool deal() {
    bool has_dealt = false;
    while (!queue_.empty()) {
      unsigned to = least_loaded();
      if (to == workers_.size()) return fail_if_none_lives() || has_dealt;
      WorkerLink& worker = workers_[to];
      worker.ask(*queue_.front());
      queue_.pop_front();
      worker.send(lanes_, to);
      has_dealt = true;
    }
    return has_dealt;
  }

  unsigned least_loaded() const {
    auto best = static_cast<unsigned>(workers_.size());
    std::size_t least = Lanes::window;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      const WorkerLink& worker = workers_[i];
      bool may_ask = worker.process.is_alive() && worker.has_sent_all();
      if (!may_ask || worker.held.size() >= least) continue;
      best = i;
      least = worker.held.size();
    }
    return best;
  }

  /// Without workers, nothing that is queued will ever be run.
  bool fail_if_none_lives() {
    for (const WorkerLink& worker : workers_) {
      if (worker.process.is_alive()) return false;
    }
    for (Batch* batch : queue_) fail(*batch, "no worker is left; the last: " + last_death_);
    queue_.clear();
    return true;
  }

  /// For each lane, the number of the reply that shall wake the submitter: the one that it waits
  /// for (all, when it waits for none), or the middle of what the worker holds if more is queued.
  std::span<const std::uint64_t> wake_ups(const Batch* awaited) {
    wake_ups_.clear();
    for (const WorkerLink& worker : workers_) {
      wake_ups_.push_back(worker.wake_up(awaited, !queue_.empty()));
    }
    return wake_ups_;
  }

  /// Takes the dead workers out, after what they had answered.
  void bury_the_dead() {
    for (unsigned i = 0; i < workers_.size(); ++i) {
      WorkerLink& worker = workers_[i];
      if (!worker.process.is_alive()) continue;
      pollfd ended{worker.process.pidfd(), POLLIN, 0};
      if (poll(&ended, 1, 0) != 1) continue;
      worker.receive(lanes_, i);
      last_death_ = worker.process.reap();
      lanes_.abandon(i);
      give_back(worker);
    }
  }

  /// Fails the batch that the dead worker had begun, and queues the others again, in front.
  void give_back(WorkerLink& worker) {
    bool has_begun = !worker.held.empty() && (worker.held.size() > 1 || worker.has_sent_all());
    if (has_begun) {
      fail(*worker.held.front(), last_death_);
      worker.held.pop_front();
    }
    queue_.insert(queue_.begin(), worker.held.begin(), worker.held.end());
    worker.held.clear();
  }

  static void fail(Batch& batch, const std::string& death) {
    batch.failure = death;
    batch.state.store(BatchState::worker_died, std::memory_order_relaxed);
  }

  Lanes lanes_;
  std::vector<WorkerLink> workers_;
  std::deque<Batch*> queue_;  ///< not dealt yet
  std::vector<std::uint64_t> wake_ups_;
  std::string last_death_;
  Deadline next_look_ = at_once;
  PoolPhase phase_ = PoolPhase::open;
};

}  // namespace handoff::detail
