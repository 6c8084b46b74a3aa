#pragma once

#include <pthread.h>

#include <array>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/locks/process_shared_mutex.hpp"
#include "polling.hpp"

namespace handoff {

/// Ring under a process-shared robust mutex, which tells its next owner that the last one died.
/// Each put and get is completed by one store, so that whatever the dead left behind is a ring
/// that holds the item or does not. Who waits sleeps on a futex and not on a pthread condition,
/// which a killed waiter breaks for good; and looks again after an interval, in case that the dead
/// owed it the wake-up.
template <class Item, std::size_t Capacity>
class RobustMutexCondition {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "robust_mutex_condition",
                             .mechanism = "ring under a robust mutex, two futexes",
                             .source = "own, over pthreads",
                             .survives_killed_worker = true};

  explicit RobustMutexCondition(QueueShape shape) : ends_(info, shape) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    int error = pthread_mutex_init(&mutex_, &attributes);
    pthread_mutexattr_destroy(&attributes);
    detail::check_pthread(error, "robust_mutex_condition: pthread_mutex_init");
  }

  class Producer {
   public:
    explicit Producer(RobustMutexCondition& queue) : queue_(&queue) {}
    Status try_put(const Item& item) { return queue_->try_put(item); }
    Status put(const Item& item, Deadline deadline = never) {
      return queue_->repeat([&] { return queue_->try_put(item); }, queue_->not_full_,
                            [&] { return queue_->size() < Capacity; }, deadline);
    }

   private:
    RobustMutexCondition* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(RobustMutexCondition& queue) : queue_(&queue) {}
    Status try_get(Item& item) { return queue_->try_get(item); }
    Status get(Item& item, Deadline deadline = never) {
      return queue_->repeat([&] { return queue_->try_get(item); }, queue_->not_empty_,
                            [&] { return queue_->size() > 0; }, deadline);
    }

   private:
    RobustMutexCondition* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const {
    // The head first: read later, it could have overtaken the tail that was read before it.
    std::uint64_t head = head_.load(Park::observe);
    return std::min<std::size_t>(tail_.load(Park::observe) - head, Capacity);
  }

  void close() {
    closed_.set();
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  class Guard {
   public:
    explicit Guard(RobustMutexCondition& queue) : queue_(&queue) {
      int error = pthread_mutex_lock(&queue.mutex_);
      // Its owner died, and the ring is whole whatever it was doing.
      if (error == EOWNERDEAD) error = pthread_mutex_consistent(&queue.mutex_);
      detail::check_pthread(error, "robust_mutex_condition: pthread_mutex_lock");
    }
    ~Guard() { pthread_mutex_unlock(&queue_->mutex_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    RobustMutexCondition* queue_;
  };

  Status try_put(const Item& item) {
    {
      Guard guard(*this);
      if (closed_.is_set()) return Status::closed;
      // relaxed: the mutex orders the indices; only who waits reads them without it.
      std::uint64_t tail = tail_.load(std::memory_order_relaxed);
      if (tail - head_.load(std::memory_order_relaxed) == Capacity) return Status::would_wait;
      slots_[tail % Capacity] = item;
      tail_.store(tail + 1, Park::publish);
    }
    not_empty_.notify();
    return Status::ok;
  }

  Status try_get(Item& item) {
    {
      Guard guard(*this);
      std::uint64_t head = head_.load(std::memory_order_relaxed);  // as in try_put
      if (head == tail_.load(std::memory_order_relaxed)) {
        // No put can be between its look at the flag and its store: it would hold the mutex.
        return closed_.is_set() ? Status::closed : Status::would_wait;
      }
      item = slots_[head % Capacity];
      head_.store(head + 1, Park::publish);
    }
    not_full_.notify();
    return Status::ok;
  }

  template <class Attempt, class Ready>
  Status repeat(Attempt attempt, Park& park, Ready ready, Deadline deadline) {
    for (;;) {
      Status status = attempt();
      if (status != Status::would_wait || detail::passed(deadline)) return status;
      Deadline until = std::min(deadline, Clock::now() + close_check_interval);
      (void)park.wait([&] { return ready() || closed_.is_set(); }, until);
    }
  }

  alignas(isolation) pthread_mutex_t mutex_;
  // Beside the mutex: they move with it.
  Atomic<std::uint64_t> tail_{0};
  Atomic<std::uint64_t> head_{0};
  alignas(isolation) Park not_empty_;
  alignas(isolation) Park not_full_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
  alignas(isolation) std::array<Item, Capacity> slots_;
};

}  // namespace handoff
