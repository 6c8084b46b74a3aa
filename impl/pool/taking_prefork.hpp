#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "contract.hpp"
#include "forked_worker.hpp"
#include "incoming_reply.hpp"
#include "process_pool.hpp"
#include "shared_array.hpp"
#include "taking_worker.hpp"

namespace handoff::detail {

/// What the parent knows of one worker process that takes batches itself.
struct Taker {
  ForkedWorker process;
  Batch greeting;  ///< the worker's first reply, which nobody asks for
  IncomingReply<TakerReplyHeader> reply;
  std::size_t answered = 0;  ///< batches
  std::uint64_t number = 0;  ///< of the process, among all of the pool
};

/// What shall wake the submitter: the answer to the batch at a place, or that some worker has given
/// so many replies more.
struct WakeUp {
  std::optional<PlaceNumber> place;
  std::uint64_t replies = never_woken;
};

/// A pool of processes forked at construction that take batches themselves from where the parent
/// has offered them to all. When one dies, what it had claimed fails, and all that nobody has
/// claimed is offered anew, since the dead one may have taken one of them away. A worker ends by
/// itself when it has answered as many batches as it may, and another one is forked in its place.
///
/// `Exchange` is where batches are offered and replies come back: see PipeExchange and
/// RingExchange.
template <class Exchange>
class TakingPrefork : public ProcessPool<TakingPrefork<Exchange>, Taker> {
  using Base = ProcessPool<TakingPrefork<Exchange>, Taker>;
  friend Base;

 public:
  TakingPrefork(const Info& info, const PoolShape& shape)
      : Base(info, shape),
        places_(Exchange::places_for(shape.workers)),
        claims_(places_.size()),
        exchange_(shape.workers, claims_) {
    for (std::size_t i = places_.size(); i-- > 0;) free_.push_back(static_cast<PlaceNumber>(i));
    this->start_all([this](unsigned i) { start(i); });
  }
  ~TakingPrefork() { this->shut_down(); }

 private:
  using Base::done_;
  using Base::last_death_;
  using Base::phase_;
  using Base::queue_;
  using Base::shape_;
  using Base::workers_;

  struct Place {
    Batch* batch = nullptr;  ///< that is offered there and not answered
    std::uint64_t ticket = 0;
  };

  void start(unsigned i) {
    exchange_.open(i);
    renew(workers_[i].greeting);
    workers_[i].reply = {};
    workers_[i].answered = 0;
    workers_[i].number = ++last_number_;
    this->fork_worker(i, [&] {
      exchange_.become_worker();
      serve_taking(exchange_, i, shape_.initializer, most_batches());
    });
    exchange_.started(i, workers_[i].process.pidfd());
    ++living_;
  }

  std::size_t most_batches() const {
    return shape_.max_tasks_per_worker != 0 ? shape_.max_tasks_per_worker
                                            : std::numeric_limits<std::size_t>::max();
  }

  bool has_dealt() const { return free_.size() < places_.size(); }

  bool deal() {
    if (living_ == 0) return !queue_.empty() && this->fail_if_none_lives();
    bool has_dealt = false;
    while (!queue_.empty() && !free_.empty() && exchange_.has_room()) {
      offer(*queue_.front());
      queue_.pop_front();
      has_dealt = true;
    }
    return has_dealt;
  }

  void offer(Batch& batch) {
    const PlaceNumber place = free_.back();
    free_.pop_back();
    places_[place] = {&batch, ++last_ticket_};
    claims_[place].offer(last_ticket_);
    const RequestHeader request{batch.function, batch.count, batch.argument_bytes,
                                batch.result_bytes};
    exchange_.offer({last_ticket_, place, request}, {batch.arguments, batch.argument_bytes});
  }

  void vacate(PlaceNumber place) {
    exchange_.withdraw(place);
    places_[place].batch = nullptr;
    free_.push_back(place);
  }

  bool advance() {
    bool has_moved = receive();
    has_moved |= exchange_.send();
    has_moved |= deal();
    return has_moved;
  }

  /// What has arrived from any worker; after terminate nobody wants it.
  bool receive() {
    if (phase_ == PoolPhase::terminated) return false;
    bool has_moved = false;
    for (auto sender = exchange_.sender(); sender; sender = exchange_.sender()) {
      receive_from(*sender);
      has_moved = true;
    }
    return has_moved;
  }

  void receive_from(unsigned i) {
    Taker& taker = workers_[i];
    auto batch_at = [&](const TakerReplyHeader& header) {
      return header.place == greeting_place ? &taker.greeting : places_[header.place].batch;
    };
    auto receive_some = [&](std::span<std::byte> to) { return exchange_.receive(i, to); };
    while (Batch* batch = taker.reply.take(receive_some, batch_at)) {
      const PlaceNumber place = taker.reply.header().place;
      exchange_.answered(i);
      if (place != greeting_place) {
        vacate(place);
        ++taker.answered;
      }
      settle_answer(*batch, done_);
      if (is_used_up(taker)) return replace(i);
    }
  }

  bool is_used_up(const Taker& taker) const { return taker.answered == most_batches(); }

  /// Of a worker that ends by itself. Where the system refuses a process, the pool goes on with one
  /// worker less.
  void replace(unsigned i) {
    retire(i);
    if (!this->has_work() && !has_dealt()) return;
    try {
      start(i);
    } catch (const std::system_error& error) {
      last_death_ = "worker " + std::to_string(i) + " could not be replaced: " + error.what();
      exchange_.abandon(i);
      if (living_ == 0) take_back_the_unclaimed();
    }
  }

  std::string retire(unsigned i) {
    std::string end = workers_[i].process.reap();
    exchange_.abandon(i);
    --living_;
    return end;
  }

  void end(unsigned i) {
    exchange_.end();
    retire(i);
  }

  Waited wait_for_news(const Awaited& awaited, Deadline deadline) {
    return exchange_.wait(wake_up(awaited), deadline);
  }

  WakeUp wake_up(const Awaited& awaited) const {
    WakeUp wake_up;
    const std::size_t offered = places_.size() - free_.size();
    // One of the workers gives as many replies before all together have given `all`.
    auto share_of = [&](std::size_t all) {
      return all == 0 ? 1 : (all - 1) / std::max(living_, 1U) + 1;
    };
    if (awaited.all) wake_up.replies = share_of(offered);
    if (awaited.any_listed) wake_up.replies = 1;
    if (awaited.batch != nullptr) {
      auto at = std::find_if(places_.begin(), places_.end(),
                             [&](const Place& place) { return place.batch == awaited.batch; });
      if (at != places_.end()) {
        wake_up.place = static_cast<PlaceNumber>(at - places_.begin());
      } else {
        wake_up.replies = 1;  // a greeting, or a batch that is not offered yet
      }
    }
    if (!queue_.empty()) {
      wake_up.replies = std::min<std::uint64_t>(wake_up.replies, share_of(offered / 2));
    }
    return wake_up;
  }

  /// After what it had answered. If that was its last, another one may be in its place by now,
  /// which may even have ended, too: that one's answers are still to come.
  void bury(unsigned i) {
    const std::uint64_t dead = workers_[i].number;
    receive();
    if (!workers_[i].process.is_alive() || workers_[i].number != dead) return;
    last_death_ = retire(i);
    if (workers_[i].greeting.state.load(std::memory_order_relaxed) == BatchState::pending) {
      this->fail(workers_[i].greeting, last_death_);
    }
    for (PlaceNumber place = 0; place < places_.size(); ++place) {
      Batch* batch = places_[place].batch;
      if (batch == nullptr || claims_[place].holder() != i) continue;
      vacate(place);
      this->fail(*batch, last_death_);
    }
    take_back_the_unclaimed();
  }

  /// To the front of the queue, in the order in which they were submitted.
  void take_back_the_unclaimed() {
    std::vector<Place> unclaimed;
    for (PlaceNumber place = 0; place < places_.size(); ++place) {
      if (places_[place].batch == nullptr || !claims_[place].take_back(places_[place].ticket)) {
        continue;
      }
      unclaimed.push_back(places_[place]);
      vacate(place);
    }
    std::sort(unclaimed.begin(), unclaimed.end(),
              [](const Place& a, const Place& b) { return a.ticket > b.ticket; });
    for (const Place& place : unclaimed) queue_.push_front(place.batch);
  }

  void drop_dealt() {
    std::deque<Batch*> dealt;
    for (PlaceNumber place = 0; place < places_.size(); ++place) {
      if (places_[place].batch == nullptr) continue;
      dealt.push_back(places_[place].batch);
      vacate(place);
    }
    this->drop(dealt);
  }

  std::vector<Place> places_;
  std::vector<PlaceNumber> free_;
  SharedArray<Claim> claims_;
  Exchange exchange_;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t last_number_ = 0;
  unsigned living_ = 0;
};

}  // namespace handoff::detail
