#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "numbered_ends.hpp"

namespace handoff {

/// Ring under a lock with two conditions, over any monitor. Not an implementation.
///
/// A monitor has lock(), unlock(), and for each of its two `Condition`s wait(condition, deadline)
/// (false once the deadline has passed), notify_one and notify_all.
enum class Condition { not_empty, not_full };

template <class Item, std::size_t Capacity, class Monitor, const Info& its_info>
class LockedRing {
 public:
  using value_type = Item;
  static constexpr const Info& info = its_info;

  explicit LockedRing(QueueShape shape) : ends_(info, shape) {}

  class Producer {
   public:
    explicit Producer(LockedRing& ring) : ring_(&ring) {}
    Status try_put(const Item& item) { return ring_->put(item, at_once); }
    Status put(const Item& item, Deadline deadline = never) { return ring_->put(item, deadline); }

   private:
    LockedRing* ring_;
  };

  class Consumer {
   public:
    explicit Consumer(LockedRing& ring) : ring_(&ring) {}
    Status try_get(Item& item) { return ring_->get(item, at_once); }
    Status get(Item& item, Deadline deadline = never) { return ring_->get(item, deadline); }

   private:
    LockedRing* ring_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }

  std::size_t size() const {
    std::lock_guard lock(monitor_);
    return count_;
  }

  void close() {
    std::lock_guard lock(monitor_);
    closed_ = true;
    monitor_.notify_all(Condition::not_empty);
    monitor_.notify_all(Condition::not_full);
  }

 private:
  Status put(const Item& item, Deadline deadline) {
    {
      std::lock_guard lock(monitor_);
      while (count_ == Capacity && !closed_) {
        if (!wait(Condition::not_full, deadline)) return Status::would_wait;
      }
      if (closed_) return Status::closed;
      slots_[(head_ + count_) % Capacity] = item;
      ++count_;
    }
    // Outside the lock: who wakes up finds it free.
    monitor_.notify_one(Condition::not_empty);
    return Status::ok;
  }

  Status get(Item& item, Deadline deadline) {
    {
      std::lock_guard lock(monitor_);
      while (count_ == 0 && !closed_) {
        if (!wait(Condition::not_empty, deadline)) return Status::would_wait;
      }
      if (count_ == 0) return Status::closed;
      item = slots_[head_];
      head_ = (head_ + 1) % Capacity;
      --count_;
    }
    monitor_.notify_one(Condition::not_full);
    return Status::ok;
  }

  bool wait(Condition condition, Deadline deadline) {
    return deadline != at_once && monitor_.wait(condition, deadline);
  }

  NumberedEnds ends_;
  mutable Monitor monitor_;
  std::size_t head_ = 0;
  std::size_t count_ = 0;
  bool closed_ = false;
  std::array<Item, Capacity> slots_;
};

}  // namespace handoff
