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

/// Ring of one producer and one consumer. Each end keeps a copy of the other's index and looks
/// again only when the copy says full or empty, so that in the steady state an index line moves
/// once per many messages. Lamport, Proving the Correctness of Multiprocess Programs, 1977; the
/// cached indices: Lee, Bu and Chandranmenon, A Lock-Free, Cache-Efficient Shared Ring Buffer for
/// Multi-core Architectures, 2009.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class SpscRing {
  static_assert(std::has_single_bit(Capacity));

 public:
  using value_type = Item;
  static constexpr Info info{.name = "spsc_ring",
                             .policy = Wait::name,
                             .mechanism = "ring with cached indices",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Wait::waiting,
                             .on_peer_death = Part<Wait>::on_peer_death};

  explicit SpscRing(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(SpscRing& ring) : ring_(&ring), part_(ring.not_full_, ring.not_empty_) {}

    Status try_put(const Item& item) {
      if (ring_->closed_.is_set()) return Status::closed;
      if (tail_ - head_ == Capacity && !has_room()) return Status::would_wait;
      ring_->slots_[tail_ % Capacity] = item;
      ring_->tail_.store(++tail_, Wait::publish);
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

    SpscRing* ring_;
    Part<Wait> part_;
    std::uint64_t tail_ = 0;
    std::uint64_t head_ = 0;  // a copy, at most the consumer's
  };

  class Consumer {
   public:
    explicit Consumer(SpscRing& ring) : ring_(&ring), part_(ring.not_empty_, ring.not_full_) {}

    Status try_get(Item& item) {
      if (head_ == tail_ && !has_items()) {
        return ring_->closed_.if_still([this] { return !has_items(); });
      }
      item = ring_->slots_[head_ % Capacity];
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
    bool has_items() {
      tail_ = ring_->tail_.load(Wait::observe);
      return tail_ != head_;
    }

    SpscRing* ring_;
    Part<Wait> part_;
    std::uint64_t head_ = 0;
    std::uint64_t tail_ = 0;  // a copy, at most the producer's
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
  // The indices are written by one end each; isolated, so that neither end's writes take away
  // the line that the other is using.
  alignas(isolation) Atomic<std::uint64_t> tail_{0};
  alignas(isolation) Atomic<std::uint64_t> head_{0};
  alignas(isolation) Wait not_empty_;
  alignas(isolation) Wait not_full_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
  alignas(isolation) std::array<Item, Capacity> slots_;
};

}  // namespace handoff
