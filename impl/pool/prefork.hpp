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
      if (!advance()) lanes_.wait(wake_ups(&batch));
      look_after_workers();
    }
    raise_failure(batch);
  }

  void close() {
    if (phase_ == PoolPhase::open) phase_ = PoolPhase::closed;
  }

  void terminate() {
    phase_ = PoolPhase::terminated;
    for (Worker& worker : workers_) {
      if (worker.process.is_alive()) worker.process.kill();
      drop(worker.held);
    }
    drop(queue_);
  }

  void join() {
    require_ended(phase_);
    while (is_busy()) {
      if (!advance()) lanes_.wait(wake_ups(nullptr));
      look_after_workers();
    }
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      lanes_.end(i);
      workers_[i].process.reap();
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

 private:
  struct Worker {
    ForkedWorker process;
    std::deque<Batch*> held;   ///< dealt and not answered, oldest first
    RequestHeader request{};   ///< of held.back()
    std::size_t unsent = 0;    ///< bytes of held.back() that the lane had no room for yet
    ReplyHeader reply{};       ///< to held.front()
    std::size_t received = 0;  ///< bytes of that reply, its header included
    std::uint64_t answered = 0;
  };

  void start(unsigned i, const PoolShape& shape) {
    lanes_.open(i);
    workers_[i].process.start([&] {
      for (Worker& sibling : workers_) sibling.process.forget();
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
    return !queue_.empty() ||
           std::any_of(workers_.begin(), workers_.end(),
                       [](const Worker& worker) { return !worker.held.empty(); });
  }

  /// Does all that can be done without waiting; whether anything was.
  bool advance() {
    bool has_moved = false;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      has_moved |= receive(i);
      has_moved |= send(i);
    }
    has_moved |= deal();
    if (!has_moved) has_moved = bury_the_dead();
    return has_moved;
  }

  /// Gives queued batches to the least loaded workers while their windows have room.
  bool deal() {
    bool has_dealt = false;
    while (!queue_.empty()) {
      unsigned to = least_loaded();
      if (to == workers_.size()) return fail_if_none_lives() || has_dealt;
      Worker& worker = workers_[to];
      Batch& batch = *queue_.front();
      queue_.pop_front();
      worker.held.push_back(&batch);
      worker.request = {batch.function, batch.count, batch.argument_bytes, batch.result_bytes};
      worker.unsent = sizeof(RequestHeader) + batch.argument_bytes;
      send(to);
      has_dealt = true;
    }
    return has_dealt;
  }

  unsigned least_loaded() const {
    auto best = static_cast<unsigned>(workers_.size());
    std::size_t least = Lanes::window;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      const Worker& worker = workers_[i];
      if (!worker.process.is_alive() || worker.unsent != 0 || worker.held.size() >= least) continue;
      best = i;
      least = worker.held.size();
    }
    return best;
  }

  /// Without workers, nothing that is queued will ever be run.
  bool fail_if_none_lives() {
    for (const Worker& worker : workers_) {
      if (worker.process.is_alive()) return false;
    }
    for (Batch* batch : queue_) fail(*batch, "no worker is left; the last: " + last_death_);
    queue_.clear();
    return true;
  }

  /// Sends what is left of the last request; whether any byte went.
  bool send(unsigned i) {
    Worker& worker = workers_[i];
    if (worker.unsent == 0) return false;
    const Batch& batch = *worker.held.back();
    Parts whole{std::as_bytes(std::span(&worker.request, 1)),
                std::span(batch.arguments, batch.argument_bytes)};
    std::size_t now = lanes_.send(i, parts_after(bytes_of(whole) - worker.unsent, whole));
    worker.unsent -= now;
    return now != 0;
  }

  /// Takes what has arrived from a worker; whether any byte has.
  bool receive(unsigned i) {
    Worker& worker = workers_[i];
    bool has_received = false;
    while (!worker.held.empty()) {
      Batch& batch = *worker.held.front();
      std::span<std::byte> to = reply_part(worker, batch);
      std::size_t now = lanes_.receive(i, to);
      worker.received += now;
      has_received |= now != 0;
      if (now < to.size()) break;
      if (worker.received == sizeof(ReplyHeader)) batch.failure.resize(worker.reply.message_bytes);
      if (reply_part(worker, batch).empty()) answer(worker);
    }
    return has_received;
  }

  /// Where the next bytes of the reply belong: header, results, message.
  static std::span<std::byte> reply_part(Worker& worker, Batch& batch) {
    std::size_t at = worker.received;
    if (at < sizeof(ReplyHeader)) {
      return std::as_writable_bytes(std::span(&worker.reply, 1)).subspan(at);
    }
    at -= sizeof(ReplyHeader);
    if (at < batch.result_bytes) return {batch.results + at, batch.result_bytes - at};
    return std::as_writable_bytes(std::span(batch.failure)).subspan(at - batch.result_bytes);
  }

  void answer(Worker& worker) {
    Batch& batch = *worker.held.front();
    worker.held.pop_front();
    worker.received = 0;
    ++worker.answered;
    batch.state.store(batch.failure.empty() ? BatchState::done : BatchState::task_failed,
                      std::memory_order_relaxed);  // read by this thread only
  }

  /// For each lane, the number of the reply that shall wake the submitter: the one that it waits
  /// for (all, when it waits for none), or the middle of what the worker holds if more is queued.
  std::span<const std::uint64_t> wake_ups(const Batch* awaited) {
    wake_ups_.clear();
    for (const Worker& worker : workers_) {
      const std::deque<Batch*>& held = worker.held;
      std::uint64_t replies = awaited == nullptr ? held.size() : never_woken;
      auto at = std::find(held.begin(), held.end(), awaited);
      if (at != held.end()) replies = static_cast<std::uint64_t>(at - held.begin()) + 1;
      if (!queue_.empty()) replies = std::min<std::uint64_t>(replies, (held.size() + 1) / 2);
      bool is_idle = held.empty() || replies == never_woken;
      wake_ups_.push_back(is_idle ? never_woken : worker.answered + replies);
    }
    return wake_ups_;
  }

  void look_after_workers() {
    if (Clock::now() < next_look_) return;
    next_look_ = Clock::now() + death_notice;
    bury_the_dead();
  }

  /// Takes the dead workers out, after what they had answered; whether there were any.
  bool bury_the_dead() {
    bool has_found = false;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      Worker& worker = workers_[i];
      if (!worker.process.is_alive()) continue;
      pollfd ended{worker.process.pidfd(), POLLIN, 0};
      if (poll(&ended, 1, 0) != 1) continue;
      receive(i);
      last_death_ = worker.process.reap();
      lanes_.abandon(i);
      give_back(worker);
      has_found = true;
    }
    return has_found;
  }

  /// Fails the batch that the dead worker had begun, and queues the others again, in front.
  void give_back(Worker& worker) {
    bool has_begun = !worker.held.empty() && (worker.held.size() > 1 || worker.unsent == 0);
    if (has_begun) {
      fail(*worker.held.front(), last_death_);
      worker.held.pop_front();
    }
    queue_.insert(queue_.begin(), worker.held.begin(), worker.held.end());
    worker.held.clear();
    worker.unsent = 0;
  }

  static void fail(Batch& batch, const std::string& death) {
    batch.failure = death;
    batch.state.store(BatchState::worker_died, std::memory_order_relaxed);
  }

  Lanes lanes_;
  std::vector<Worker> workers_;
  std::deque<Batch*> queue_;  ///< not dealt yet
  std::vector<std::uint64_t> wake_ups_;
  std::string last_death_;
  Deadline next_look_ = at_once;
  PoolPhase phase_ = PoolPhase::open;
};

}  // namespace handoff::detail
