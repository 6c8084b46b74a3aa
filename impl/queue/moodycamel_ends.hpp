#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>

#include "polling.hpp"

namespace handoff {

/// What moodycamel's plain and blocking queues share. Not an implementation.
template <class Item, std::size_t Capacity, class Library>
class MoodycamelEnds {
 public:
  using value_type = Item;

  explicit MoodycamelEnds(QueueShape shape)
      : blocks_per_queue_(blocks_for(shape)), queue_(Capacity, shape.producers, 0) {}

  class Producer {
   public:
    explicit Producer(MoodycamelEnds& ends) : ends_(&ends), token_(ends.queue_) {}
    Status try_put(const Item& item) {
      if (ends_->closed_.is_set()) return Status::closed;
      return ends_->queue_.try_enqueue(token_, item) ? Status::ok : Status::would_wait;
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

  Producer producer(unsigned) { return Producer(*this); }
  std::size_t capacity() const { return blocks_per_queue_ * Library::BLOCK_SIZE; }
  std::size_t size() const { return queue_.size_approx(); }
  void close() { closed_.set(); }

 private:
  /// The library's own rule for how many blocks let every producer put `Capacity` items.
  static std::size_t blocks_for(QueueShape shape) {
    std::size_t per_producer = (Capacity + Library::BLOCK_SIZE - 1) / Library::BLOCK_SIZE;
    return (per_producer - 1) * (shape.producers + 1) + 2 * std::size_t{shape.producers};
  }

  std::size_t blocks_per_queue_;
  Library queue_;
  ClosedFlag closed_;
};

}  // namespace handoff
