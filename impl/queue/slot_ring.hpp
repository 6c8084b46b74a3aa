#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/watching_park.hpp"
#include "closable.hpp"
#include "contract.hpp"

namespace handoff {

/// Ring of one producer and one consumer in which each slot says itself whether it is full, so
/// that flag and item travel in one cache line: Giacomoni, Moseley and Vachharajani, FastForward
/// for Efficient Pipeline Parallelism, 2008. Here the flag is the number of the lap in which the
/// slot was filled: the consumer need not clear it, and so never writes to the producer's lines;
/// what is free the producer learns from the consumer's index, looked at once per lap.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class SlotRing {
  static_assert(std::has_single_bit(Capacity));

 public:
  using value_type = Item;
  static constexpr Info info{.name = "slot_ring",
                             .policy = Wait::name,
                             .mechanism = "ring, a full flag in each slot",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Wait::waiting,
                             .on_peer_death = Part<Wait>::on_peer_death};

  explicit SlotRing(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(SlotRing& ring) : ring_(&ring), part_(ring.not_full_, ring.not_empty_) {}

    Status try_put(const Item& item) {
      if (ring_->closed_.is_set()) return Status::closed;
      if (tail_ - head_ == Capacity && !has_room()) return Status::would_wait;
      Slot& slot = ring_->slots_[tail_ % Capacity];
      slot.item = item;
      slot.lap.store(lap_of(tail_), Wait::publish);
      ++tail_;
      ring_->not_empty_.notify();
      return Status::ok;
    }

    Status put(const Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = try_put(item);
        if (status != Status::would_wait) return status;
        auto ready = [this] { return has_room() || ring_->closed_.is_set(); };
        if (!part_.wait(ready, deadline)) return Status::would_wait;
      }
    }

   private:
    bool has_room() {
      head_ = ring_->head_.load(Wait::observe);
      return tail_ - head_ < Capacity;
    }

    SlotRing* ring_;
    Part<Wait> part_;
    std::uint64_t tail_ = 0;
    std::uint64_t head_ = 0;  // a copy, at most the consumer's
  };

  class Consumer {
   public:
    explicit Consumer(SlotRing& ring) : ring_(&ring), part_(ring.not_empty_, ring.not_full_) {}

    Status try_get(Item& item) {
      if (!has_items()) return ring_->closed_.if_still([this] { return !has_items(); });
      item = ring_->slots_[head_ % Capacity].item;
      ring_->head_.store(++head_, Wait::publish);
      ring_->not_full_.notify();
      return Status::ok;
    }

    Status get(Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = try_get(item);
        if (status != Status::would_wait) return status;
        auto ready = [this] { return has_items() || ring_->closed_.is_set(); };
        if (!part_.wait(ready, deadline)) return Status::would_wait;
      }
    }

   private:
    bool has_items() const {
      return ring_->slots_[head_ % Capacity].lap.load(Wait::observe) == lap_of(head_);
    }

    SlotRing* ring_;
    Part<Wait> part_;
    std::uint64_t head_ = 0;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }

  /// Counts the full slots: there is no index of the producer's to look at.
  std::size_t size() const {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    std::size_t count = 0;
    while (count < Capacity && is_full(head + count)) ++count;
    return count;
  }

  void close() {
    closed_.set();
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  struct Slot {
    Atomic<std::uint64_t> lap{0};
    Item item;
  };

  static std::uint64_t lap_of(std::uint64_t index) { return index / Capacity + 1; }

  bool is_full(std::uint64_t index) const {
    return slots_[index % Capacity].lap.load(std::memory_order_acquire) == lap_of(index);
  }

  alignas(isolation) Atomic<std::uint64_t> head_{0};  // written by the consumer alone
  alignas(isolation) Wait not_empty_;
  alignas(isolation) Wait not_full_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
  alignas(isolation) std::array<Slot, Capacity> slots_;
};

}  // namespace handoff
