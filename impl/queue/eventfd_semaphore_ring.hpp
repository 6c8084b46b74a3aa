#pragma once

#include "closing_event.hpp"
#include "mpmc_ring.hpp"

namespace handoff {

/// The ring of many producers and consumers between two eventfds in semaphore mode, which count
/// its free and its full slots: who has taken a token finds a slot, and who waits can poll for it
/// beside other descriptors.
template <class Item, std::size_t Capacity>
class EventfdSemaphoreRing {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "eventfd_semaphore_ring",
                             .mechanism = "ring between two eventfds that count",
                             .source = "own, over eventfd",
                             .syscalls_per_message = 4};

  explicit EventfdSemaphoreRing(QueueShape shape) : ends_(info, shape), ring_(shape) {}

  class Producer {
   public:
    explicit Producer(EventfdSemaphoreRing& queue)
        : queue_(&queue), end_(queue.ring_.producer(0)) {}
    Status try_put(const Item& item) { return put(item, at_once); }
    Status put(const Item& item, Deadline deadline = never) {
      auto& closing = queue_->closing_;
      Status status = closing.poll_until_done(queue_->free_.get(), POLLIN, deadline, [&] {
        return closing.flag().is_set() ? Status::closed : queue_->free_.try_take();
      });
      if (status != Status::ok) return status;
      // Waits at most for a get that has begun.
      status = end_.put(item, never);
      queue_->full_.give();
      return status;
    }

   private:
    EventfdSemaphoreRing* queue_;
    typename MpmcRing<Item, Capacity, SpinThenYield>::Producer end_;
  };

  class Consumer {
   public:
    explicit Consumer(EventfdSemaphoreRing& queue)
        : queue_(&queue), end_(queue.ring_.consumer(0)) {}
    Status try_get(Item& item) { return get(item, at_once); }
    Status get(Item& item, Deadline deadline = never) {
      Status status = queue_->closing_.poll_until_done(queue_->full_.get(), POLLIN, deadline,
                                                       [&] { return queue_->take_full(); });
      if (status != Status::ok) return status;
      status = end_.get(item, never);
      queue_->free_.give();
      return status;
    }

   private:
    EventfdSemaphoreRing* queue_;
    typename MpmcRing<Item, Capacity, SpinThenYield>::Consumer end_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return Capacity; }
  std::size_t size() const { return ring_.size(); }
  void close() { closing_.set(); }

 private:
  class Semaphore {
   public:
    explicit Semaphore(unsigned tokens)
        : event_(eventfd(tokens, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
      if (event_.get() == -1) throw_errno("eventfd_semaphore_ring: eventfd");
    }
    int get() const { return event_.get(); }
    Status try_take() {
      eventfd_t token = 0;
      if (eventfd_read(event_.get(), &token) == 0) return Status::ok;
      if (errno != EAGAIN) throw_errno("eventfd_semaphore_ring: eventfd_read");
      return Status::would_wait;
    }
    void give() {
      if (eventfd_write(event_.get(), 1) == -1) {
        throw_errno("eventfd_semaphore_ring: eventfd_write");
      }
    }

   private:
    Descriptor event_;
  };

  Status take_full() {
    Status status = full_.try_take();
    if (status == Status::ok || !closing_.flag().is_set()) return status;
    // Once more: an item may have come between the two looks.
    return full_.try_take() == Status::ok ? Status::ok : Status::closed;
  }

  NumberedEnds ends_;
  MpmcRing<Item, Capacity, SpinThenYield> ring_;
  Semaphore free_{static_cast<unsigned>(Capacity)};
  Semaphore full_{0};
  ClosingEvent closing_;
};

}  // namespace handoff
