#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include "polling.hpp"

namespace handoff {

/// Cameron Desrochers' BlockingReaderWriterQueue: the ring of rings of one producer and one
/// consumer with a semaphore of the items, which spins for a while and then sleeps. By try_enqueue,
/// which stays within the rings that were built at the start; the library does not wait for room,
/// and so a put spins. A ring leaves one slot free and has a power of two of them, so that more
/// fits than was asked for. Knows no close: waits in intervals.
template <class Item, std::size_t Capacity>
class MoodycamelBlockingReaderWriterQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "moodycamel_blocking_reader_writer_queue",
                             .mechanism = "ring of rings, a semaphore",
                             .source = "moodycamel BlockingReaderWriterQueue 1.0.6",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins_then_blocks};

  explicit MoodycamelBlockingReaderWriterQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(MoodycamelBlockingReaderWriterQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->queue_.try_enqueue(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    MoodycamelBlockingReaderWriterQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(MoodycamelBlockingReaderWriterQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_.try_dequeue(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->size() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once) return try_get(item);
      return wait_in_intervals(
          [&](Deadline until) {
            // The library takes a negative time for no limit.
            auto left = std::max(until - Clock::now(), Clock::duration::zero());
            if (queue_->queue_.wait_dequeue_timed(item, left)) return Status::ok;
            return try_get(item);
          },
          deadline);
    }

   private:
    MoodycamelBlockingReaderWriterQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return queue_.max_capacity(); }
  std::size_t size() const { return queue_.size_approx(); }
  void close() { closed_.set(); }

 private:
  moodycamel::BlockingReaderWriterQueue<Item> queue_{Capacity};
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
