#pragma once

#include <boost/lockfree/spsc_queue.hpp>

#include "polling.hpp"

namespace handoff {

/// Boost.Lockfree's ring of one producer and one consumer, of fixed capacity, which holds no
/// pointers; where it would wait, the caller spins.
template <class Item, std::size_t Capacity>
class BoostSpscQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "boost_spsc_queue",
                             .mechanism = "ring of fixed capacity",
                             .source = "Boost.Lockfree spsc_queue",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins};

  explicit BoostSpscQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(BoostSpscQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->ring_.push(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    BoostSpscQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(BoostSpscQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->ring_.pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->ring_.read_available() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    BoostSpscQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return ring_.read_available(); }
  void close() { closed_.set(); }

 private:
  boost::lockfree::spsc_queue<Item, boost::lockfree::capacity<Capacity>> ring_;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
