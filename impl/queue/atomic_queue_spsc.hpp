#pragma once

#include "atomic_queue_ring.hpp"
#include "polling.hpp"

namespace handoff {

/// Maxim Egorushkin's atomic_queue for one producer and one consumer, by its try forms, which look
/// whether there is room or an item before they take a slot. Where they would wait, the caller
/// spins.
template <class Item, std::size_t Capacity>
class AtomicQueueSpsc {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "atomic_queue_spsc",
                             .mechanism = "ring, each slot its own full flag, try forms",
                             .source = "atomic_queue AtomicQueue",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins};

  explicit AtomicQueueSpsc(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(AtomicQueueSpsc& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->ring_.try_push(item, info.name) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    AtomicQueueSpsc* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(AtomicQueueSpsc& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->ring_.try_pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->ring_.was_empty(); });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    AtomicQueueSpsc* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return ring_.capacity(); }
  std::size_t size() const { return ring_.size(); }
  void close() { closed_.set(); }

 private:
  AtomicQueueRing<Item, Capacity> ring_;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
