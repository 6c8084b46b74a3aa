#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>

#include "moodycamel_ends.hpp"

namespace handoff {

/// Cameron Desrochers' ConcurrentQueue without tokens, as it is met with most: the library finds
/// the list of blocks of the calling thread by its number. Where it would wait, the caller spins.
template <class Item, std::size_t Capacity>
class MoodycamelConcurrentQueuePlain {
  using Limits = LimitedBlocks<Capacity>;

 public:
  using value_type = Item;
  static constexpr Info info{.name = "moodycamel_concurrent_queue_plain",
                             .mechanism = "a list of blocks per producer, found by thread",
                             .source = "moodycamel ConcurrentQueue 1.0.3",
                             .reach = Reach::threads,
                             .waiting = Waiting::spins};

  explicit MoodycamelConcurrentQueuePlain(QueueShape shape)
      : ends_(info, shape),
        capacity_(shape.producers * Limits::per_producer),
        queue_(Capacity, 0, shape.producers) {}

  class Producer {
   public:
    explicit Producer(MoodycamelConcurrentQueuePlain& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->queue_.enqueue(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    MoodycamelConcurrentQueuePlain* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(MoodycamelConcurrentQueuePlain& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_.try_dequeue(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->size() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    MoodycamelConcurrentQueuePlain* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return capacity_; }
  /// The library adds up its parts one after the other.
  std::size_t size() const { return std::min(queue_.size_approx(), capacity_); }
  void close() { closed_.set(); }

 private:
  NumberedEnds ends_;
  std::size_t capacity_;
  moodycamel::ConcurrentQueue<Item, Limits> queue_;
  ClosedFlag closed_;
};

}  // namespace handoff
