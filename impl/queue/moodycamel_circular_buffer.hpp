#pragma once

#include <readerwriterqueue/readerwritercircularbuffer.h>

#include "polling.hpp"

namespace handoff {

/// Cameron Desrochers' BlockingReaderWriterCircularBuffer: a ring of one producer and one consumer
/// between two semaphores, of the free and of the full slots, which spin for a while and then
/// sleep. Of his blocking queues the one that also waits for room. Knows no close: waits in
/// intervals.
template <class Item, std::size_t Capacity>
class MoodycamelCircularBuffer {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "moodycamel_circular_buffer",
                             .mechanism = "ring between two semaphores",
                             .source = "moodycamel BlockingReaderWriterCircularBuffer 1.0.6",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins_then_blocks};

  explicit MoodycamelCircularBuffer(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(MoodycamelCircularBuffer& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->ring_.try_enqueue(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline == at_once) return try_put(item);
      return wait_in_intervals(
          [&](Deadline until) {
            if (queue_->closed_.is_set()) return Status::closed;
            bool done = queue_->ring_.wait_enqueue_timed(item, left_until(until));
            return done ? Status::ok : Status::would_wait;
          },
          deadline);
    }

   private:
    MoodycamelCircularBuffer* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(MoodycamelCircularBuffer& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->ring_.try_dequeue(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->size() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once) return try_get(item);
      return wait_in_intervals(
          [&](Deadline until) {
            if (queue_->ring_.wait_dequeue_timed(item, left_until(until))) return Status::ok;
            return try_get(item);
          },
          deadline);
    }

   private:
    MoodycamelCircularBuffer* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return ring_.max_capacity(); }
  std::size_t size() const { return ring_.size_approx(); }
  void close() { closed_.set(); }

 private:
  /// The library takes a negative time for no limit.
  static Clock::duration left_until(Deadline until) {
    return std::max(until - Clock::now(), Clock::duration::zero());
  }

  moodycamel::BlockingReaderWriterCircularBuffer<Item> ring_{Capacity};
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
