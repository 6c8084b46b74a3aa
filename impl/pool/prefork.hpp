#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "contract.hpp"
#include "prefork_worker.hpp"
#include "process_pool.hpp"
#include "worker_link.hpp"

namespace handoff::detail {

/// A pool of processes forked at construction. The parent keeps the queue and deals batches to the
/// least loaded worker through its lane, which carries requests one way and replies the other as
/// streams of bytes; a worker runs its batches in order and answers each before it begins the
/// next. So when a worker dies, only the oldest unanswered batch can have been begun: that one
/// fails, and the others go back to the queue. A worker that has answered as many batches as it may
/// is ended, and another one is forked in its place.
///
/// `Lanes` is what carries the bytes; see DescriptorLanes and RingLanes.
template <class Lanes>
class Prefork : public ProcessPool<Prefork<Lanes>, WorkerLink> {
  using Base = ProcessPool<Prefork<Lanes>, WorkerLink>;
  friend Base;

 public:
  Prefork(const Info& info, const PoolShape& shape) : Base(info, shape), lanes_(shape.workers) {
    this->start_all([this](unsigned i) { start(i); });
  }
  ~Prefork() { this->shut_down(); }

 private:
  using Base::done_;
  using Base::last_death_;
  using Base::queue_;
  using Base::shape_;
  using Base::workers_;

  void start(unsigned i) {
    lanes_.open(i);
    workers_[i].greet();
    this->fork_worker(i, [&] {
      lanes_.become_worker(i);
      serve(lanes_, i, shape_.initializer);
    });
    lanes_.started(i, workers_[i].process.pidfd());
  }

  void drop_dealt() {
    for (WorkerLink& worker : workers_) this->drop(worker.held);
  }

  bool has_dealt() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const WorkerLink& worker) { return !worker.held.empty(); });
  }

  bool advance() {
    bool has_moved = false;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      has_moved |= workers_[i].receive(lanes_, i, done_);
      has_moved |= workers_[i].send(lanes_, i);
      if (is_to_be_replaced(workers_[i])) replace(i);
    }
    has_moved |= deal();
    return has_moved;
  }

  /// Gives queued batches to the least loaded workers while their windows have room.
  bool deal() {
    bool has_dealt = false;
    while (!queue_.empty()) {
      unsigned to = least_loaded();
      if (to == workers_.size()) return this->fail_if_none_lives() || has_dealt;
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
      bool may_ask = worker.process.is_alive() && worker.has_sent_all() && !is_used_up(worker);
      if (!may_ask || worker.held.size() >= least) continue;
      best = i;
      least = worker.held.size();
    }
    return best;
  }

  /// Not by the end of its lane: of that, processes which were forked later hold copies.
  void end(unsigned i) {
    const RequestHeader farewell{};
    lanes_.send(i, {std::as_bytes(std::span(&farewell, 1)), {}});
    workers_[i].process.reap();
    lanes_.abandon(i);
  }

  bool is_used_up(const WorkerLink& worker) const {
    return shape_.max_tasks_per_worker != 0 && worker.asked >= shape_.max_tasks_per_worker;
  }

  bool is_to_be_replaced(const WorkerLink& worker) const {
    return this->has_work() && is_used_up(worker) && worker.held.empty();
  }

  /// Where the system refuses a process, the pool goes on with one worker less.
  void replace(unsigned i) {
    end(i);
    try {
      start(i);
    } catch (const std::system_error& error) {
      workers_[i].held.clear();
      last_death_ = "worker " + std::to_string(i) + " could not be replaced: " + error.what();
      lanes_.abandon(i);
    }
  }

  Waited wait_for_news(const Awaited& awaited, Deadline deadline) {
    return lanes_.wait(wake_ups(awaited), deadline);
  }

  /// For each lane, the number of the reply that shall wake the submitter: the one that it waits
  /// for (all, when it waits for none), or the middle of what the worker holds if more is queued.
  std::span<const std::uint64_t> wake_ups(const Awaited& awaited) {
    wake_ups_.clear();
    for (const WorkerLink& worker : workers_) {
      wake_ups_.push_back(worker.wake_up(awaited, !queue_.empty()));
    }
    return wake_ups_;
  }

  /// After what it had answered.
  void bury(unsigned i) {
    workers_[i].receive(lanes_, i, done_);
    last_death_ = workers_[i].process.reap();
    lanes_.abandon(i);
    give_back(workers_[i]);
  }

  /// Fails the batch that the dead worker had begun, and queues the others again, in front.
  void give_back(WorkerLink& worker) {
    bool has_begun = !worker.held.empty() && (worker.held.size() > 1 || worker.has_sent_all());
    if (has_begun) {
      this->fail(*worker.held.front(), last_death_);
      worker.held.pop_front();
    }
    queue_.insert(queue_.begin(), worker.held.begin(), worker.held.end());
    worker.held.clear();
  }

  Lanes lanes_;
  std::vector<std::uint64_t> wake_ups_;
};

}  // namespace handoff::detail
