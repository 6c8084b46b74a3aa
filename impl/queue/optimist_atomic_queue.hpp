#pragma once

#include "atomic_queue_ring.hpp"
#include "polling.hpp"

namespace handoff {

/// Maxim Egorushkin's atomic_queue for one producer and one consumer, used optimistically as its
/// author advises for the highest throughput: push and pop take their slot without looking whether
/// it is free, and spin on it.
template <class Item, std::size_t Capacity>
class OptimistAtomicQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "optimist_atomic_queue",
                             .mechanism = "ring, each slot its own full flag",
                             .source = "atomic_queue OptimistAtomicQueue",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .wakes_on_close = false,
                             .waiting = Waiting::spins,
                             .copies_per_message = 3};  // a waiting get has it by value

  explicit OptimistAtomicQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(OptimistAtomicQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->ring_.try_push(item, info.name) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline != never) return spin_until_done([&] { return try_put(item); }, deadline);
      if (queue_->closed_.is_set()) return Status::closed;
      queue_->ring_.push(item, info.name);
      return Status::ok;
    }

   private:
    OptimistAtomicQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(OptimistAtomicQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->ring_.try_pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->ring_.was_empty(); });
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline != never || queue_->closed_.is_set()) {
        return spin_until_done([&] { return try_get(item); }, deadline);
      }
      queue_->ring_.pop(item);
      return Status::ok;
    }

   private:
    OptimistAtomicQueue* queue_;
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
