#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>

#include "polling.hpp"

namespace handoff {

/// Every producer has a list of blocks of its own, which it keeps; the library limits its length.
/// (Blocks allocated beforehand for all, and try_enqueue, would let the first producers take them
/// all and leave the others waiting for ever.)
template <std::size_t Capacity>
struct LimitedBlocks : moodycamel::ConcurrentQueueDefaultTraits {
  static constexpr std::size_t per_producer = (Capacity + BLOCK_SIZE - 1) / BLOCK_SIZE * BLOCK_SIZE;
  static const std::size_t MAX_SUBQUEUE_SIZE = per_producer;
};

/// What moodycamel's plain and blocking queues share. Not an implementation.
template <class Item, std::size_t Capacity, class Library, const Info& its_info>
class MoodycamelEnds {
 public:
  using value_type = Item;
  static constexpr const Info& info = its_info;

  explicit MoodycamelEnds(QueueShape shape)
      : ends_(info, shape),
        capacity_(shape.producers * LimitedBlocks<Capacity>::per_producer),
        queue_(Capacity, shape.producers, 0) {}

  class Producer {
   public:
    explicit Producer(MoodycamelEnds& ends) : ends_(&ends), token_(ends.queue_) {}
    Status try_put(const Item& item) {
      if (ends_->closed_.is_set()) return Status::closed;
      return ends_->queue_.enqueue(token_, item) ? Status::ok : Status::would_wait;
    }
    /// The library has no waiting put: spins, then yields.
    Status put(const Item& item, Deadline deadline = never) {
      Status status = Status::would_wait;
      SpinThenYield().wait(
          [&] {
            status = try_put(item);
            return status != Status::would_wait;
          },
          deadline);
      return status;
    }

   protected:
    bool try_put_all(std::span<const Item> items) {
      return !ends_->closed_.is_set() &&
             ends_->queue_.enqueue_bulk(token_, items.data(), items.size());
    }

   private:
    MoodycamelEnds* ends_;
    moodycamel::ProducerToken token_;
  };

  class ConsumerBase {
   public:
    explicit ConsumerBase(MoodycamelEnds& ends) : ends_(&ends), token_(ends.queue_) {}
    Status try_get(Item& item) {
      if (ends_->queue_.try_dequeue(token_, item)) return Status::ok;
      return ends_->closed_.if_still([this] { return ends_->queue_.size_approx() == 0; });
    }

   protected:
    Library& library() { return ends_->queue_; }
    moodycamel::ConsumerToken& token() { return token_; }

   private:
    MoodycamelEnds* ends_;
    moodycamel::ConsumerToken token_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  std::size_t capacity() const { return capacity_; }
  /// The library adds up its parts one after the other.
  std::size_t size() const { return std::min(queue_.size_approx(), capacity_); }
  void close() { closed_.set(); }

 protected:
  NumberedEnds ends_;

 private:
  std::size_t capacity_;
  Library queue_;
  ClosedFlag closed_;
};

}  // namespace handoff
