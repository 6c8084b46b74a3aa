#pragma once

#include <atomic_queue/atomic_queue.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <type_traits>

#include "polling.hpp"

namespace handoff {

/// Maxim Egorushkin's atomic_queue in its form for one producer and one consumer, used
/// optimistically as its author advises for the highest throughput: push and pop take their slot
/// without looking whether it is free, and spin on it. Items of 8 B are their own full flag (all
/// ones, which cannot be put, means empty); others have a flag each.
template <class Item, std::size_t Capacity>
class OptimistAtomicQueue {
  static constexpr bool is_word = sizeof(Item) == sizeof(std::uint64_t);
  static constexpr std::uint64_t empty_word = ~std::uint64_t{0};
  using Stored = std::conditional_t<is_word, std::uint64_t, Item>;
  // The last four: minimise contention, maximise throughput, no total order, one of each end.
  using Ring = std::conditional_t<
      is_word,
      atomic_queue::AtomicQueue<std::uint64_t, Capacity, empty_word, true, true, false, true>,
      atomic_queue::AtomicQueue2<Stored, Capacity, true, true, false, true>>;

 public:
  using value_type = Item;
  static constexpr Info info{.name = "optimist_atomic_queue",
                             .mechanism = "ring, each slot its own full flag",
                             .source = "atomic_queue OptimistAtomicQueue",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .wakes_on_close = false,
                             .waiting = Waiting::spins};

  explicit OptimistAtomicQueue(QueueShape shape) { require_single_ends(info, shape); }

  class Producer {
   public:
    explicit Producer(OptimistAtomicQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->ring_.try_push(to_stored(item)) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      if (deadline != never) return spin_until_done([&] { return try_put(item); }, deadline);
      if (queue_->closed_.is_set()) return Status::closed;
      queue_->ring_.push(to_stored(item));
      return Status::ok;
    }

   private:
    OptimistAtomicQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(OptimistAtomicQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      Stored stored;
      if (queue_->ring_.try_pop(stored)) {
        item = from_stored(stored);
        return Status::ok;
      }
      return queue_->closed_.if_still([this] { return queue_->ring_.was_empty(); });
    }
    Status get(Item& item, Deadline deadline = never) {
      if (deadline != never || queue_->closed_.is_set()) {
        return spin_until_done([&] { return try_get(item); }, deadline);
      }
      item = from_stored(queue_->ring_.pop());
      return Status::ok;
    }

   private:
    OptimistAtomicQueue* queue_;
  };

  Producer producer(unsigned) { return Producer(*this); }
  Consumer consumer(unsigned) { return Consumer(*this); }
  std::size_t capacity() const { return ring_.capacity(); }
  /// The library counts claims: a producer that waits for its slot counts already.
  std::size_t size() const { return std::min<std::size_t>(ring_.was_size(), capacity()); }
  void close() { closed_.set(); }

 private:
  static Stored to_stored(const Item& item) {
    if constexpr (is_word) {
      auto word = std::bit_cast<std::uint64_t>(item);
      if (word == empty_word) {
        throw std::invalid_argument("optimist_atomic_queue: an item of all ones means empty");
      }
      return word;
    } else {
      return item;
    }
  }
  static Item from_stored(const Stored& stored) {
    if constexpr (is_word) {
      return std::bit_cast<Item>(stored);
    } else {
      return stored;
    }
  }

  Ring ring_;
  ClosedFlag closed_;
};

}  // namespace handoff
