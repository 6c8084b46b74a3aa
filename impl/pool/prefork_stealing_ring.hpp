#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "contract.hpp"
#include "fixed_stealing_lane.hpp"
#include "ring_lanes.hpp"
#include "taking_prefork.hpp"

namespace handoff {

namespace detail {

/// A lane of offers per worker, which the parent fills in turn and from which all take, each from
/// its own first. The offers themselves lie in shared memory, with as many of their arguments as
/// have room there; the rest of them, and the replies, go through lanes of bytes to and from the
/// worker that has claimed the offer.
class RingExchange {
 public:
  static std::size_t places_for(unsigned workers) { return workers * RingLanes::window; }

  RingExchange(unsigned workers, const SharedArray<Claim>& claims)
      : claims_(claims),
        shared_(1),
        offers_(claims.size()),
        stealing_(workers),
        lanes_(workers),
        taken_(workers),
        wake_ups_(workers) {}

  // The parent's side.
  void open(unsigned i) {
    lanes_.open(i);
    taken_[i] = 0;
  }
  void started(unsigned i, int pidfd) { lanes_.started(i, pidfd); }
  void abandon(unsigned i) { lanes_.abandon(i); }
  bool has_room() {
    for (std::size_t tried = 0; tried < stealing_.size(); ++tried) {
      if (stealing_[next_].has_room()) return true;
      next_ = (next_ + 1) % stealing_.size();
    }
    return false;
  }
  /// There must be room.
  void offer(const OfferHeader& header, std::span<const std::byte> arguments) {
    Offer& offer = offers_[header.place];
    offer.header = header;
    const std::size_t here = std::min(arguments.size(), offer.arguments.size());
    std::memcpy(offer.arguments.data(), arguments.data(), here);
    if (here < arguments.size()) rests_.push_back({header.place, arguments.subspan(here)});
    stealing_[next_].push(header.ticket * places_limit + header.place);
    next_ = (next_ + 1) % stealing_.size();
    shared_[0].idle.notify();
  }
  /// Arguments to the workers that have claimed their offers; whether any byte went.
  bool send() {
    bool has_moved = false;
    for (Rest& rest : rests_) {
      const unsigned holder = claims_[rest.place].holder();
      if (holder == Claim::none_yet) continue;
      const std::size_t now = lanes_.send(holder, {rest.arguments, {}});
      rest.arguments = rest.arguments.subspan(now);
      rest.is_begun = true;
      has_moved |= now != 0;
    }
    std::erase_if(rests_, [](const Rest& rest) { return rest.arguments.empty(); });
    return has_moved;
  }
  void withdraw(PlaceNumber place) {
    std::erase_if(rests_, [&](const Rest& rest) { return rest.place == place; });
  }
  /// A worker from which there are bytes.
  std::optional<unsigned> sender() {
    for (unsigned tried = 0; tried < stealing_.size(); ++tried) {
      if (lanes_.has_reply(last_sender_)) return last_sender_;
      last_sender_ = static_cast<unsigned>((last_sender_ + 1) % stealing_.size());
    }
    return std::nullopt;
  }
  std::size_t receive(unsigned i, std::span<std::byte> to) { return lanes_.receive(i, to); }
  void answered(unsigned i) { ++taken_[i]; }
  Waited wait(const WakeUp& wake_up, Deadline deadline) {
    // seq_cst: before the look at the claim, as the worker looks here after it has set that.
    shared_[0].awaited.store(wake_up.place.value_or(greeting_place), std::memory_order_seq_cst);
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      wake_ups_[i] = wake_up.replies == never_woken ? never_woken : taken_[i] + wake_up.replies;
    }
    return lanes_.wait(wake_ups_, deadline, [&] {
      return (wake_up.place && claims_[*wake_up.place].is_answered()) || has_rest_to_begin();
    });
  }
  void end() {
    shared_[0].is_ended.store(true, std::memory_order_seq_cst);
    shared_[0].idle.notify_all();
  }

  // The worker's side.
  void become_worker() {}
  bool take(unsigned worker, OfferHeader& offer) {
    for (;;) {
      const std::uint64_t stolen = steal(worker);
      if (stolen != 0) {
        const auto place = static_cast<PlaceNumber>(stolen % places_limit);
        if (!claims_[place].take(stolen / places_limit, worker)) continue;  // it was taken back
        offer = running_ = offers_[place].header;
        return true;
      }
      if (shared_[0].is_ended.load(std::memory_order_relaxed)) return false;  // orders nothing
      shared_[0].idle.wait([this] { return has_cause(); }, never);
    }
  }
  void receive_all(unsigned worker, std::span<std::byte> to) {
    const std::span<const std::byte> here = offers_[running_.place].arguments;
    const std::size_t count = std::min(to.size(), here.size());
    std::memcpy(to.data(), here.data(), count);
    if (count == to.size()) return;
    lanes_.ring();
    lanes_.receive_all(worker, to.subspan(count));
  }
  void send_all(unsigned worker, const Parts& parts) { lanes_.send_all(worker, parts); }
  void replied(unsigned worker) {
    lanes_.replied(worker);
    if (running_.ticket == 0) return;  // it was the greeting
    claims_[running_.place].answer(running_.ticket, worker);
    if (shared_[0].awaited.load(std::memory_order_seq_cst) == running_.place) lanes_.ring();
  }

 private:
  struct Shared {
    alignas(isolation) SpinThenPark idle;  ///< where workers wait
    Atomic<bool> is_ended{false};
    alignas(isolation) Atomic<PlaceNumber> awaited{greeting_place};
  };
  struct alignas(isolation) Offer {
    OfferHeader header;
    /// Two units of isolation in all: many batches are that small.
    std::array<std::byte, 2 * isolation - sizeof(OfferHeader)> arguments;
  };
  /// Arguments that had no room with their offer.
  struct Rest {
    PlaceNumber place;
    std::span<const std::byte> arguments;
    bool is_begun = false;
  };
  /// More than there are: what is stolen is a ticket and a place.
  static constexpr std::uint64_t places_limit = 1 << 24;

  bool has_rest_to_begin() const {
    return std::any_of(rests_.begin(), rests_.end(), [&](const Rest& rest) {
      return !rest.is_begun && claims_[rest.place].holder() != Claim::none_yet;
    });
  }

  std::uint64_t steal(unsigned worker) {
    for (std::size_t i = 0; i < stealing_.size(); ++i) {
      const std::uint64_t stolen = stealing_[(worker + i) % stealing_.size()].steal();
      if (stolen != 0) return stolen;
    }
    return 0;
  }

  bool has_cause() const {
    for (const FixedStealingLane& lane : stealing_) {
      if (!lane.is_empty()) return true;
    }
    return shared_[0].is_ended.load(std::memory_order_seq_cst);
  }

  const SharedArray<Claim>& claims_;
  SharedArray<Shared> shared_;
  SharedArray<Offer> offers_;
  SharedArray<FixedStealingLane> stealing_;
  RingLanes lanes_;
  // Of the parent.
  std::size_t next_ = 0;  ///< the lane of the next offer
  unsigned last_sender_ = 0;
  std::vector<Rest> rests_;
  std::vector<std::uint64_t> taken_;  ///< replies of each worker
  std::vector<std::uint64_t> wake_ups_;
  // Of a worker.
  OfferHeader running_{};
};

}  // namespace detail

/// Forked processes that take batches from each other's lanes in shared memory; whoever waits
/// sleeps on a futex, and the submitter also looks for deaths.
class PreforkStealingRing : public detail::TakingPrefork<detail::RingExchange> {
 public:
  static constexpr Info info{
      .name = "prefork_stealing_ring",
      .mechanism = "forked processes, a lock-free lane each in shared memory, stealing",
      .reach = Reach::processes,
      .producers = Holders::one,
      .bounded = false,
      .waiting = Waiting::spins_then_blocks,
      .copies_per_message = 4,  // into shared memory and out of it, each way
      .on_peer_death = Survivor::told};
  static constexpr bool replaces_workers = true;
  explicit PreforkStealingRing(const PoolShape& shape) : TakingPrefork(info, shape) {}
};

static_assert(Pool<PreforkStealingRing>);

}  // namespace handoff
