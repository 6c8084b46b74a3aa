#pragma once

#include <unistd.h>

#include <algorithm>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "contract.hpp"
#include "descriptor_lanes.hpp"
#include "pipe_stream.hpp"
#include "process_pool.hpp"
#include "worker_link.hpp"

namespace handoff {

namespace detail {

/// A pipe from a worker to its parent.
class ReplyPipe : public PipeStream {
 public:
  static std::pair<ReplyPipe, ReplyPipe> connected() {
    PipeEnds replies;
    keep_from_blocking(replies.reader);
    return {ReplyPipe(replies.reader.release(), -1), ReplyPipe(-1, replies.writer.release())};
  }

  ReplyPipe() = default;

 private:
  using PipeStream::PipeStream;
};

}  // namespace detail

/// A process forked for every batch, which it inherits, and whose results it sends back by a pipe.
/// At most `workers` of them run at once; further batches queue in the parent.
class ForkPerTask : public detail::ProcessPool<ForkPerTask, detail::WorkerLink> {
 public:
  static constexpr Info info{.name = "fork_per_task",
                             .mechanism = "a process forked per batch, a pipe for its results",
                             .source = "the kernel",
                             .reach = Reach::processes,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 2,  // of the results; arguments are inherited
                             .syscalls_per_message = 20,
                             .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;  // after each batch

  /// The initializers are run once to see whether they and the processes work, and then in every
  /// process, with the number of a worker that does not run.
  explicit ForkPerTask(const PoolShape& shape) : ProcessPool(info, shape), lanes_(shape.workers) {
    start_all([this](unsigned i) {
      workers_[i].greet();
      start(i);
    });
    for (unsigned i = 0; i < workers_.size(); ++i) end_if_it_has_answered(i);
  }
  ~ForkPerTask() { shut_down(); }

  /// None: no process outlives its batch.
  std::vector<pid_t> worker_ids() { return {}; }

 private:
  friend ProcessPool;

  /// The worker holds what it is to answer: a greeting, which has no function, or a batch.
  void start(unsigned i) {
    const Batch& batch = *workers_[i].held.front();
    lanes_.open(i);
    fork_worker(i, [&] {
      lanes_.become_worker(i);
      std::string failure = detail::initialize(shape_.initializer, i);
      if (failure.empty() && batch.function != nullptr) {
        failure = batch.function(batch.arguments, batch.count, batch.results);
      }
      detail::reply(lanes_, i, detail::ReplyHeader{}, {batch.results, batch.result_bytes}, failure);
      _exit(0);
    });
    lanes_.started(i, workers_[i].process.pidfd());
  }

  bool deal() {
    bool has_dealt = false;
    while (!queue_.empty()) {
      auto free = std::find_if(workers_.begin(), workers_.end(),
                               [](const auto& worker) { return !worker.process.is_alive(); });
      if (free == workers_.end()) break;
      free->begin(*queue_.front());
      queue_.pop_front();
      if (!start_or_give_back(static_cast<unsigned>(free - workers_.begin()))) break;
      has_dealt = true;
    }
    return has_dealt;
  }

  /// Where the system refuses a process, the batch waits for the end of another one; where there is
  /// none, it fails. Returns false when it waits.
  bool start_or_give_back(unsigned i) {
    try {
      start(i);
      return true;
    } catch (const std::system_error& error) {
      lanes_.abandon(i);
      Batch& batch = *workers_[i].held.front();
      workers_[i].held.clear();
      if (any_lives()) {
        queue_.push_front(&batch);
        return false;
      }
      fail(batch, std::string("no worker could be started: ") + error.what());
      return true;
    }
  }

  bool advance() {
    bool has_moved = false;
    for (unsigned i = 0; i < workers_.size(); ++i) {
      if (!workers_[i].process.is_alive()) continue;
      has_moved |= workers_[i].receive(lanes_, i, done_);
      end_if_it_has_answered(i);
    }
    has_moved |= deal();
    return has_moved;
  }

  detail::Waited wait_for_news(const detail::Awaited&, Deadline deadline) {
    return lanes_.wait({}, deadline);
  }

  void end_if_it_has_answered(unsigned i) {
    if (workers_[i].process.is_alive() && workers_[i].held.empty()) end(i);
  }
  void end(unsigned i) {
    workers_[i].process.reap();
    lanes_.abandon(i);
  }

  void bury(unsigned i) {
    workers_[i].receive(lanes_, i, done_);
    last_death_ = workers_[i].process.reap();
    lanes_.abandon(i);
    for (Batch* batch : workers_[i].held) fail(*batch, last_death_);
    workers_[i].held.clear();
  }

  bool has_dealt() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const auto& worker) { return !worker.held.empty(); });
  }
  void drop_dealt() {
    for (detail::WorkerLink& worker : workers_) drop(worker.held);
  }

  detail::DescriptorLanes<detail::ReplyPipe> lanes_;
};

static_assert(Pool<ForkPerTask>);

}  // namespace handoff
