#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/locks/process_shared_mutex.hpp"
#include "../common/waiting.hpp"
#include "closable.hpp"

namespace handoff {

/// A queue with a lock for each end, so that a put and a get go on side by side: Michael and
/// Scott, Simple, Fast, and Practical Non-Blocking and Blocking Concurrent Queue Algorithms, 1996.
/// The locks are process-shared pthread mutexes. Theirs is a list of nodes; bounded, its nodes come
/// free in the order in which they were taken, and so are the slots of a ring here.
template <class Item, std::size_t Capacity, WaitingPolicy Wait>
class TwoLockQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "two_lock_queue",
                             .policy = Wait::name,
                             .mechanism = "ring, a process-shared mutex for each end",
                             .source = "own, over pthreads",
                             .waiting = Wait::waiting};

  explicit TwoLockQueue(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(TwoLockQueue& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return queue_->try_put(item); }
    Status put(const Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = queue_->try_put(item);
        if (status != Status::would_wait) return status;
        auto ready = [this] { return queue_->count() < Capacity || queue_->closed_.is_set(); };
        if (!queue_->not_full_.wait(ready, deadline)) return Status::would_wait;
      }
    }

   private:
    TwoLockQueue* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(TwoLockQueue& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return queue_->try_get(item); }
    Status get(Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = queue_->try_get(item);
        if (status != Status::would_wait) return status;
        auto ready = [this] { return queue_->count() > 0 || queue_->closed_.is_set(); };
        if (!queue_->not_empty_.wait(ready, deadline)) return Status::would_wait;
      }
    }

   private:
    TwoLockQueue* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return count(); }

  void close() {
    closed_.set();
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  Status try_put(const Item& item) {
    {
      std::lock_guard guard(tail_lock_);
      if (closed_.is_set()) return Status::closed;
      std::uint64_t tail = tail_.load(std::memory_order_relaxed);  // ordered by the lock
      // acquire: the slot was read before it is filled again.
      if (tail - head_.load(std::memory_order_acquire) == Capacity) return Status::would_wait;
      slots_[tail % Capacity] = item;
      tail_.store(tail + 1, Wait::publish);
    }
    not_empty_.notify();
    return Status::ok;
  }

  Status try_get(Item& item) {
    {
      std::lock_guard guard(head_lock_);
      std::uint64_t head = head_.load(std::memory_order_relaxed);  // ordered by the lock
      // acquire: the item comes with the index.
      auto none = [&] { return head == tail_.load(std::memory_order_acquire); };
      if (none()) return closed_.if_still(none);
      item = slots_[head % Capacity];
      head_.store(head + 1, Wait::publish);
    }
    not_full_.notify();
    return Status::ok;
  }

  std::size_t count() const {
    // The head first: read later, it could have overtaken the tail that was read before it.
    std::uint64_t head = head_.load(Wait::observe);
    return std::min<std::size_t>(tail_.load(Wait::observe) - head, Capacity);
  }

  // Each end's lock beside the index that it guards, isolated from the other end.
  alignas(isolation) ProcessSharedMutex tail_lock_;
  Atomic<std::uint64_t> tail_{0};
  alignas(isolation) ProcessSharedMutex head_lock_;
  Atomic<std::uint64_t> head_{0};
  alignas(isolation) Wait not_empty_;
  alignas(isolation) Wait not_full_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
  alignas(isolation) std::array<Item, Capacity> slots_;
};

}  // namespace handoff
