#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "closable.hpp"
#include "contract.hpp"

namespace handoff {

/// Bounded ring of many producers and consumers. Each slot's sequence number says whose turn it
/// is: the producer's of index i when it is i, the consumer's when it is i + 1, and the next
/// lap's producer's when it is i + Capacity. Dmitry Vyukov, Bounded MPMC queue, 2010.
///
/// A worker killed between claiming an index and publishing its slot stops the ring for good.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class MpmcRing {
  static_assert(std::has_single_bit(Capacity) && Capacity >= 2);

 public:
  using value_type = Item;
  static constexpr Info info{.name = "mpmc_ring",
                             .policy = Wait::name,
                             .mechanism = "ring, a sequence number in each slot",
                             .waiting = Wait::waiting};

  explicit MpmcRing(QueueShape shape) : ends_(info, shape) {
    for (std::size_t i = 0; i < Capacity; ++i) {
      slots_[i].sequence.store(i, std::memory_order_relaxed);  // workers start after us
    }
  }

  class Producer {
   public:
    explicit Producer(MpmcRing& ring) : ring_(&ring) {}
    Status try_put(const Item& item) { return ring_->try_put(item); }

    Status put(const Item& item, Deadline deadline = never) {
      return repeat([&] { return ring_->try_put(item); }, deadline);
    }
    Batch put_some(std::span<const Item> items, Deadline deadline = never) {
      return repeat([&] { return ring_->try_put_some(items); }, deadline);
    }

   private:
    template <class Attempt>
    auto repeat(Attempt attempt, Deadline deadline) {
      return ring_->repeat(
          attempt, ring_->not_full_, [this] { return ring_->has_room(); }, deadline);
    }

    MpmcRing* ring_;
  };

  class Consumer {
   public:
    explicit Consumer(MpmcRing& ring) : ring_(&ring) {}
    Status try_get(Item& item) { return ring_->try_get(item); }

    Status get(Item& item, Deadline deadline = never) {
      return repeat([&] { return ring_->try_get(item); }, deadline);
    }
    Batch get_some(std::span<Item> room, Deadline deadline = never) {
      return repeat([&] { return ring_->try_get_some(room); }, deadline);
    }

   private:
    template <class Attempt>
    auto repeat(Attempt attempt, Deadline deadline) {
      return ring_->repeat(
          attempt, ring_->not_empty_, [this] { return ring_->has_items(); }, deadline);
    }

    MpmcRing* ring_;
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
  struct Slot {
    Atomic<std::uint64_t> sequence{0};
    Item item;
  };

  Status try_put(const Item& item) {
    if (closed_.is_set()) return Status::closed;
    // relaxed: the index only names a candidate slot; the slot's sequence orders the data.
    std::uint64_t index = tail_.load(std::memory_order_relaxed);
    Slot* slot = claim(tail_, index, 0);
    if (slot == nullptr) return Status::would_wait;
    slot->item = item;
    slot->sequence.store(index + 1, Wait::publish);
    not_empty_.notify();
    return Status::ok;
  }

  Status try_get(Item& item) {
    std::uint64_t index = head_.load(std::memory_order_relaxed);  // as in try_put
    Slot* slot = claim(head_, index, 1);
    if (slot == nullptr) return closed_.if_still([this] { return !has_items(); });
    item = slot->item;
    slot->sequence.store(index + Capacity, Wait::publish);
    not_full_.notify();
    return Status::ok;
  }

  Batch try_put_some(std::span<const Item> items) {
    if (closed_.is_set()) return {Status::closed};
    std::uint64_t index = tail_.load(std::memory_order_relaxed);  // as in try_put
    std::size_t count = claim_some(tail_, index, items.size(), 0);
    if (count == 0) return {Status::would_wait};
    for (std::size_t i = 0; i < count; ++i) {
      Slot& slot = slots_[(index + i) % Capacity];
      slot.item = items[i];
      slot.sequence.store(index + i + 1, Wait::publish);
    }
    notify_of(not_empty_, count);
    return {Status::ok, count};
  }

  Batch try_get_some(std::span<Item> room) {
    std::uint64_t index = head_.load(std::memory_order_relaxed);  // as in try_put
    std::size_t count = claim_some(head_, index, room.size(), 1);
    if (count == 0) return {closed_.if_still([this] { return !has_items(); })};
    for (std::size_t i = 0; i < count; ++i) {
      Slot& slot = slots_[(index + i) % Capacity];
      room[i] = slot.item;
      slot.sequence.store(index + i + Capacity, Wait::publish);
    }
    notify_of(not_full_, count);
    return {Status::ok, count};
  }

  static Status status_of(Status status) { return status; }
  static Status status_of(const Batch& batch) { return batch.status; }

  /// Whoever has waited passes the wake-up on where there is something for another one: of two
  /// slots published in the wrong order, the first one's publication may have found nobody asleep,
  /// and the second one's wakes only one.
  template <class Attempt, class Ready>
  auto repeat(Attempt attempt, Wait& waiters, Ready ready, Deadline deadline) {
    for (bool has_waited = false;; has_waited = true) {
      auto result = attempt();
      if (status_of(result) != Status::would_wait) {
        if (has_waited && ready()) waiters.notify();
        return result;
      }
      if (!waiters.wait([&] { return ready() || closed_.is_set(); }, deadline)) {
        return decltype(result){Status::would_wait};
      }
    }
  }

  /// Wakes no fewer than can go on.
  static void notify_of(Wait& waiters, std::size_t count) {
    if (count == 1) {
      waiters.notify();
    } else {
      waiters.notify_all();
    }
  }

  /// As many as are there of the next `wanted` indices, with one step of `next`; 0 when the first
  /// is not there yet. Only who has claimed an index changes its slot's sequence.
  std::size_t claim_some(Atomic<std::uint64_t>& next, std::uint64_t& index, std::size_t wanted,
                         std::uint64_t turn) {
    for (;;) {
      std::size_t found = 0;
      std::int64_t ahead = 0;
      while (found < wanted && (ahead = ahead_of(index + found, turn)) == 0) ++found;
      if (found > 0) {
        // relaxed: see try_put.
        if (next.compare_exchange_weak(index, index + found, std::memory_order_relaxed)) {
          return found;
        }
      } else if (ahead < 0) {
        return 0;
      } else {
        index = next.load(std::memory_order_relaxed);
      }
    }
  }

  /// How far a slot is ahead of that turn of an index: below 0 when the turn has not come.
  std::int64_t ahead_of(std::uint64_t index, std::uint64_t turn) const {
    // acquire: see claim.
    std::uint64_t sequence = slots_[index % Capacity].sequence.load(std::memory_order_acquire);
    return static_cast<std::int64_t>(sequence - (index + turn));
  }

  /// Takes the next index whose slot's sequence is index + `turn`; null when that slot is not
  /// there yet.
  Slot* claim(Atomic<std::uint64_t>& next, std::uint64_t& index, std::uint64_t turn) {
    for (;;) {
      Slot& slot = slots_[index % Capacity];
      // acquire: what the slot's last user did to the item comes before our use of it.
      std::uint64_t sequence = slot.sequence.load(std::memory_order_acquire);
      auto ahead = static_cast<std::int64_t>(sequence - (index + turn));
      if (ahead == 0) {
        // relaxed: see try_put.
        if (next.compare_exchange_weak(index, index + 1, std::memory_order_relaxed)) return &slot;
      } else if (ahead < 0) {
        return nullptr;
      } else {
        index = next.load(std::memory_order_relaxed);
      }
    }
  }

  bool is_turn(const Atomic<std::uint64_t>& next, std::uint64_t turn) const {
    // Ordered as the slot's sequence is: the waiting policies' argument spans both looks.
    std::uint64_t index = next.load(Wait::observe);
    std::uint64_t sequence = slots_[index % Capacity].sequence.load(Wait::observe);
    return static_cast<std::int64_t>(sequence - (index + turn)) >= 0;
  }
  bool has_room() const { return is_turn(tail_, 0); }
  bool has_items() const { return is_turn(head_, 1); }

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
