#pragma once

#include <tbb/concurrent_queue.h>

#include <algorithm>

#include "polling.hpp"

namespace handoff {

/// oneTBB's bounded queue of many producers and consumers. Its waiting forms spin for a while and
/// then sleep, know no time, and are ended by abort() only, which can lose items that are being
/// taken at that moment: so a close wakes nobody here, and timed forms sleep between tries.
template <class Item, std::size_t Capacity>
class TbbConcurrentBoundedQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "tbb_concurrent_bounded_queue",
                             .mechanism = "eight lists of pages, tickets, monitors",
                             .source = "oneTBB concurrent_bounded_queue 2021.8",
                             .reach = Reach::threads,
                             .wakes_on_close = false,
                             .waiting = Waiting::spins_then_blocks};

  explicit TbbConcurrentBoundedQueue(QueueShape shape) : ends_(info, shape) {
    queue_.set_capacity(static_cast<std::ptrdiff_t>(Capacity));
  }

  class Producer {
   public:
    explicit Producer(TbbConcurrentBoundedQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->queue_.try_push(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline != never) return nap_until_done([&] { return try_put(item); }, deadline);
      if (queue_->closed_.is_set()) return Status::closed;
      queue_->queue_.push(item);
      return Status::ok;
    }

   private:
    TbbConcurrentBoundedQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(TbbConcurrentBoundedQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->queue_.try_pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->queue_.empty(); });
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline != never || queue_->closed_.is_set()) {
        return nap_until_done([&] { return try_get(item); }, deadline);
      }
      queue_->queue_.pop(item);
      return Status::ok;
    }

   private:
    TbbConcurrentBoundedQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const {
    // Negative while consumers wait, and over the capacity while producers do.
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(queue_.size(), 0, std::ptrdiff_t{Capacity}));
  }
  void close() { closed_.set(); }

 private:
  tbb::concurrent_bounded_queue<Item> queue_;
  ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
