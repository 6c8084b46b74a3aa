#pragma once

#include "end_counts.hpp"
#include "polling.hpp"

namespace handoff {

/// Ends over a library that has try forms only: push(item) and pop(item). Where they would wait,
/// the caller spins. The library need not tell its size, the ends count. Not an implementation.
template <class Item, std::size_t Capacity, class Library, const Info& its_info>
class CountedQueue {
 public:
  using value_type = Item;
  static constexpr const Info& info = its_info;

  explicit CountedQueue(QueueShape shape) : ends_(info, shape, EndCounts::most_ends) {}

  class Producer {
   public:
    Producer(CountedQueue& queue, unsigned number) : queue_(&queue), number_(number) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      if (!queue_->library_.push(item)) return Status::would_wait;
      queue_->counts_.count_put(number_);
      return Status::ok;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    CountedQueue* queue_;
    unsigned number_;
  };

  class Consumer {
   public:
    Consumer(CountedQueue& queue, unsigned number) : queue_(&queue), number_(number) {}
    Status try_get(Item& item) {
      // After a close once more: an item may have come between the two looks.
      if (!queue_->library_.pop(item)) {
        if (!queue_->closed_.is_set()) return Status::would_wait;
        if (!queue_->library_.pop(item)) return Status::closed;
      }
      queue_->counts_.count_got(number_);
      return Status::ok;
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    CountedQueue* queue_;
    unsigned number_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i), i); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i), i); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return std::min(counts_.size(), Capacity); }
  void close() { closed_.set(); }

 private:
  EndCounts counts_;
  ClosedFlag closed_;
  NumberedEnds ends_;
  Library library_;
};

}  // namespace handoff
