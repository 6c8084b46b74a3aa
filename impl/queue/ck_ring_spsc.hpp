#pragma once

#include <ck_pr.h>
#include <ck_string.h>

#include <array>
#include <bit>

// ck_ring.h is C: a function in it that is not used here returns false for a pointer. Zero is both.
#pragma GCC diagnostic push
#if defined(__clang__)
#pragma GCC diagnostic ignored "-Wkeyword-macro"
#endif
#define false 0
#include <ck_ring.h>
#undef false
#pragma GCC diagnostic pop

#include "../common/cpu.hpp"
#include "polling.hpp"

namespace handoff {

/// Concurrency Kit's ring, by its operations for one producer and one consumer. Where they would
/// wait, the caller spins. The slots hold the items themselves. One stays free, and there is a
/// power of two of them, so that more fits than was asked for.
template <class Item, std::size_t Capacity>
class CkRingSpsc {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "ck_ring_spsc",
                             .mechanism = "ring, two indices",
                             .source = "Concurrency Kit ck_ring 0.7.1",
                             .producers = Holders::one,
                             .consumers = Holders::one,
                             .waiting = Waiting::spins};

  explicit CkRingSpsc(QueueShape shape) : ends_(info, shape) { ck_ring_init(&ring_, slot_count); }

  class Producer {
   public:
    explicit Producer(CkRingSpsc& queue) : queue_(&queue) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      return queue_->push(item) ? Status::ok : Status::would_wait;
    }
    Status put(const Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_put(item); }, deadline);
    }

   private:
    CkRingSpsc* queue_;
  };

  class Consumer {
   public:
    explicit Consumer(CkRingSpsc& queue) : queue_(&queue) {}
    Status try_get(Item& item) {
      if (queue_->pop(item)) return Status::ok;
      return queue_->closed_.if_still([this] { return queue_->size() == 0; });
    }
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return try_get(item); }, deadline);
    }

   private:
    CkRingSpsc* queue_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i)); }
  std::size_t capacity() const { return slot_count - 1; }
  std::size_t size() const { return ck_ring_size(&ring_); }
  void close() { closed_.set(); }

 private:
  struct Slot {
    Item item;
  };
  CK_RING_PROTOTYPE(slot, Slot)

  bool push(const Item& item) {
    return CK_RING_ENQUEUE_SPSC(slot, &ring_, slots_.data(), as_slot(item));
  }
  bool pop(Item& item) { return CK_RING_DEQUEUE_SPSC(slot, &ring_, slots_.data(), as_slot(item)); }

  /// The library takes slots by address, does no more than copy their bytes, and knows no const.
  static Slot* as_slot(const Item& item) {
    return static_cast<Slot*>(static_cast<void*>(const_cast<Item*>(&item)));
  }

  static constexpr unsigned slot_count = std::bit_ceil(static_cast<unsigned>(Capacity) + 1);

  alignas(isolation) ck_ring ring_;  // pads its indices itself
  alignas(isolation) std::array<Slot, slot_count> slots_;
  alignas(isolation) ClosedFlag closed_;
  NumberedEnds ends_;
};

}  // namespace handoff
