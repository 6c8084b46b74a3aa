#pragma once

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/pidfd.hpp"
#include "../common/waiting.hpp"
#include "closable.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

/// What a slot is doing in its present lap, and for which process.
class SlotState {
 public:
  enum Phase : std::uint64_t { free, writing, full, reading };

  SlotState() = default;
  SlotState(std::uint64_t lap, Phase phase, pid_t holder = 0)
      : bits_((lap * phases + phase) << pid_bits | static_cast<std::uint64_t>(holder)) {}

  /// How many phases it is ahead of another; below 0 when it is behind.
  std::int64_t ahead_of(SlotState other) const {
    // By arithmetic shifts, so that numbers of laps wrap around.
    return static_cast<std::int64_t>((bits_ & ~pid_mask) - (other.bits_ & ~pid_mask)) >> pid_bits;
  }
  bool is_held() const { return (bits_ >> pid_bits) % 2 == 1; }
  pid_t holder() const { return static_cast<pid_t>(bits_ & pid_mask); }
  bool operator==(const SlotState&) const = default;

 private:
  static constexpr unsigned pid_bits = 22;  // PID_MAX_LIMIT of Linux is 2^22
  static constexpr std::uint64_t pid_mask = (std::uint64_t{1} << pid_bits) - 1;
  static constexpr std::uint64_t phases = 4;

  std::uint64_t bits_ = 0;
};

}  // namespace detail

/// Bounded ring of many producers and consumers that goes on when a process is killed anywhere.
///
/// A worker claims a slot in the slot itself, with the number of its process. Head and tail only
/// say where to look, and whoever finds one behind moves it on, as in the queue of Michael and
/// Scott, 1996. Who is kept waiting by a claimed slot looks from time to time whether the claimer
/// lives; a dead one's slot is given to the next lap. What it was putting was never put, and what
/// it was getting is lost with it.
///
/// A wake-up that the dead owed is made up for by looking again.
///
/// A dead claimer whose number already belongs to another process counts as alive.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class RecoverableRing {
  static_assert(std::has_single_bit(Capacity) && Capacity >= 2);
  using State = detail::SlotState;

  /// A claim that was found in the way, and since when.
  struct Obstacle {
    State state;
    Clock::time_point since;
  };

 public:
  using value_type = Item;
  static constexpr Info info{.name = "recoverable_ring",
                             .policy = Wait::name,
                             .mechanism = "ring, each slot tells which process has claimed it",
                             .waiting = Wait::waiting,
                             .survives_killed_worker = true};

  explicit RecoverableRing(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(RecoverableRing& ring) : ring_(&ring) {}
    Status try_put(const Item& item) { return ring_->try_put(item, self_, obstacle_); }
    Status put(const Item& item, Deadline deadline = never) {
      return ring_->repeat([&] { return try_put(item); }, ring_->not_full_,
                           [this] { return ring_->has_room(); }, deadline);
    }

   private:
    RecoverableRing* ring_;
    pid_t self_ = getpid();
    Obstacle obstacle_;
  };

  class Consumer {
   public:
    explicit Consumer(RecoverableRing& ring) : ring_(&ring) {}
    Status try_get(Item& item) { return ring_->try_get(item, self_, obstacle_); }
    Status get(Item& item, Deadline deadline = never) {
      return ring_->repeat([&] { return try_get(item); }, ring_->not_empty_,
                           [this] { return ring_->has_items(); }, deadline);
    }

   private:
    RecoverableRing* ring_;
    pid_t self_ = getpid();
    Obstacle obstacle_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return distance(head_, tail_, Capacity); }

  void close() {
    closed_.set();
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  /// Between looks of a waiter that nobody wakes.
  static constexpr auto look_interval = std::chrono::milliseconds(50);
  /// For so long, at least, a claim may stand in the way before its holder is looked at.
  static constexpr auto patience = std::chrono::milliseconds(5);

  struct Slot {
    Atomic<State> state{State(0, State::free)};
    Item item;
  };
  static_assert(Atomic<State>::is_always_lock_free);

  Status try_put(const Item& item, pid_t self, Obstacle& obstacle) {
    if (closed_.is_set()) return Status::closed;
    State found;
    std::uint64_t index = 0;
    Slot* slot = claim(tail_, State::free, self, index, found);
    if (slot == nullptr) {
      recover(tail_, index, found, obstacle);
      return Status::would_wait;
    }
    slot->item = item;
    slot->state.store(State(index / Capacity, State::full), Wait::publish);
    not_empty_.notify();
    return Status::ok;
  }

  Status try_get(Item& item, pid_t self, Obstacle& obstacle) {
    State found;
    std::uint64_t index = 0;
    Slot* slot = claim(head_, State::full, self, index, found);
    if (slot == nullptr) {
      recover(head_, index, found, obstacle);
      return closed_.if_still([this] { return is_empty(); });
    }
    item = slot->item;
    slot->state.store(State(index / Capacity + 1, State::free), Wait::publish);
    not_full_.notify();
    return Status::ok;
  }

  /// The slot of the next index, when it was in that phase of the index's lap and has been taken
  /// on to the one that follows; null when it is not there yet, but in the state `found`.
  Slot* claim(Atomic<std::uint64_t>& next, State::Phase phase, pid_t self, std::uint64_t& index,
              State& found) {
    for (;;) {
      // relaxed: only where to look; the slot's state orders the data.
      index = next.load(std::memory_order_relaxed);
      Slot& slot = slots_[index % Capacity];
      // acquire: what the slot's last user did to the item comes before our use of it.
      found = slot.state.load(std::memory_order_acquire);
      State awaited(index / Capacity, phase);
      auto ahead = found.ahead_of(awaited);
      if (ahead < 0) return nullptr;
      State ours(index / Capacity, static_cast<State::Phase>(phase + 1), self);
      bool is_ours =
          ahead == 0 && slot.state.compare_exchange_strong(found, ours, std::memory_order_acquire);
      move_on(next, index);
      if (is_ours) return &slot;
    }
  }

  /// relaxed: see claim.
  static void move_on(Atomic<std::uint64_t>& next, std::uint64_t index) {
    next.compare_exchange_strong(index, index + 1, std::memory_order_relaxed);
  }

  /// Frees the slot when the process that holds it has ended: not before an obstacle has stood for
  /// a while, and then once in a while.
  void recover(Atomic<std::uint64_t>& next, std::uint64_t index, State found, Obstacle& obstacle) {
    if (!found.is_held()) return;
    Clock::time_point now = Clock::now();
    if (obstacle.state != found) obstacle = {found, now};
    if (now - obstacle.since < patience) return;
    obstacle.since = now;
    if (!has_ended(found.holder())) return;
    bool in_this_lap = &next == &head_;  // else it is in the way of the next one
    // The dead may not have come to it, and the head must not overtake the tail.
    if (in_this_lap) move_on(tail_, index);
    State freed(index / Capacity + (in_this_lap ? 1 : 0), State::free);
    // relaxed: nothing of ours is to be seen with it, and who died orders nothing.
    if (!slots_[index % Capacity].state.compare_exchange_strong(found, freed,
                                                                std::memory_order_relaxed)) {
      return;
    }
    if (in_this_lap) move_on(head_, index);
    not_full_.notify_all();
    not_empty_.notify_all();
  }

  /// How far the next slot is ahead of that phase; an index that lags behind is moved on.
  std::int64_t progress(Atomic<std::uint64_t>& next, State::Phase phase) {
    for (;;) {
      // Ordered as the slot's state is: the waiting policies' argument spans both looks.
      std::uint64_t index = next.load(Wait::observe);
      State state = slots_[index % Capacity].state.load(Wait::observe);
      auto ahead = state.ahead_of(State(index / Capacity, phase));
      if (ahead <= 0) return ahead;
      move_on(next, index);
    }
  }
  bool has_room() { return progress(tail_, State::free) == 0; }
  bool has_items() { return progress(head_, State::full) == 0; }
  /// Nothing has been put nor is about to be.
  bool is_empty() { return progress(head_, State::full) == -2; }

  /// Whoever has waited passes the wake-up on where there is something for another one: slots may
  /// be published in another order than that of their turns.
  template <class Attempt, class Ready>
  Status repeat(Attempt attempt, Wait& waiters, Ready ready, Deadline deadline) {
    for (bool has_waited = false;; has_waited = true) {
      Status status = attempt();
      if (status != Status::would_wait) {
        if (has_waited && ready()) waiters.notify();
        return status;
      }
      if (detail::passed(deadline)) return status;
      Deadline until = std::min(deadline, Clock::now() + look_interval);
      (void)waiters.wait([&] { return ready() || closed_.is_set(); }, until);
    }
  }

  // All producers write the tail and all consumers the head; isolated from each other and from
  // the slots.
  alignas(isolation) Atomic<std::uint64_t> tail_{0};
  alignas(isolation) Atomic<std::uint64_t> head_{0};
  alignas(isolation) Wait not_empty_;
  alignas(isolation) Wait not_full_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
  alignas(isolation) std::array<Slot, Capacity> slots_;
};

}  // namespace handoff
