#pragma once

#include <tbb/concurrent_queue.h>

#include "polling.hpp"

namespace handoff {

/// oneTBB's unbounded queue of many producers and consumers. It has no waiting form: where a get
/// would wait, the caller spins.
template <class Item, std::size_t>
class TbbConcurrentQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "tbb_concurrent_queue",
                             .mechanism = "eight lists of pages, tickets",
                             .source = "oneTBB concurrent_queue 2021.8",
                             .reach = Reach::threads,
                             .bounded = false,
                             .waiting = Waiting::spins};

  explicit TbbConcurrentQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(TbbConcurrentQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      queue_->queue_.push(item);
      return Status::ok;
    }
    Status put(const Item& item, Deadline = never) { return try_put(item); }

   private:
    TbbConcurrentQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(TbbConcurrentQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_.try_pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->queue_.empty(); });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    TbbConcurrentQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return unlimited; }
  std::size_t size() const { return queue_.unsafe_size(); }
  void close() { closed_.set(); }

 private:
  tbb::concurrent_queue<Item> queue_;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
