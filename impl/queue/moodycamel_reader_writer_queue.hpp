#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include "polling.hpp"

namespace handoff {

/// Cameron Desrochers' ReaderWriterQueue: a ring of rings of one producer and one consumer, by
/// try_enqueue, which stays within the rings that were built at the start. Where it would wait, the
/// caller spins. A ring leaves one slot free and has a power of two of them, so that more fits than
/// was asked for.
template <class Item, std::size_t Capacity>
class MoodycamelReaderWriterQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "moodycamel_reader_writer_queue",
                             .mechanism = "ring of rings",
                             .source = "moodycamel ReaderWriterQueue 1.0.6",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins};

  explicit MoodycamelReaderWriterQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(MoodycamelReaderWriterQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->queue_.try_enqueue(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    MoodycamelReaderWriterQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(MoodycamelReaderWriterQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_.try_dequeue(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->queue_.peek() == nullptr; });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    MoodycamelReaderWriterQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return queue_.max_capacity(); }
  std::size_t size() const { return queue_.size_approx(); }
  void close() { closed_.set(); }

 private:
  moodycamel::ReaderWriterQueue<Item> queue_{Capacity};
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
