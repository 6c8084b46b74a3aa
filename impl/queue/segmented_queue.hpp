#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/waiting.hpp"
#include "closable.hpp"
#include "contract.hpp"
#include "end_counts.hpp"

namespace handoff {

/// Unbounded list of segments of slots, each used once: both sides draw tickets for the slots of a
/// segment by fetch_add. A consumer that finds the slot of its ticket empty for long marks it as
/// skipped, and the producer of that ticket draws another. Ramalhete and Correia, FAAArrayQueue,
/// 2016, after Morrison and Afek, Fast Concurrent Queues for x86 Processors, 2013.
///
/// An end publishes which segment it uses (Michael, Hazard Pointers, 2004), and leaves the
/// name there between its calls, so that most of them write nothing for it. Who removes a segment
/// from the list does so under a lock, once for all its slots.
template <class Item, std::size_t, WaitingPolicy Wait>
class SegmentedQueue {
 public:
  using value_type = Item;
  static constexpr Info info{.name = "segmented_queue",
                             .policy = Wait::name,
                             .mechanism = "list of segments, tickets, hazard pointers",
                             .reach = Reach::threads,
                             .bounded = false,
                             .waiting = Wait::waiting};

  explicit SegmentedQueue(QueueShape shape)
      : ends_(info, shape, EndCounts::most_ends),
        producers_(shape.producers),
        consumers_(shape.consumers),
        head_(new Segment),
        tail_(head_.load(std::memory_order_relaxed)) {}  // workers start after us
  SegmentedQueue(const SegmentedQueue&) = delete;
  SegmentedQueue& operator=(const SegmentedQueue&) = delete;

  ~SegmentedQueue() {
    Segment* segment = head_.load(std::memory_order_relaxed);  // workers have ended before us
    while (segment != nullptr) {
      std::unique_ptr<Segment> last(segment);
      segment = last->next.load(std::memory_order_relaxed);
    }
  }

  class Producer {
   public:
    Producer(SegmentedQueue& queue, unsigned number) : queue_(&queue), number_(number) {}
    Status try_put(const Item& item) {
      if (queue_->closed_.is_set()) return Status::closed;
      queue_->append(queue_->producers_[number_], item);
      queue_->counts_.count_put(number_);
      queue_->not_empty_.notify();
      return Status::ok;
    }
    Status put(const Item& item, Deadline = never) { return try_put(item); }

   private:
    SegmentedQueue* queue_;
    unsigned number_;
  };

  class Consumer {
   public:
    Consumer(SegmentedQueue& queue, unsigned number) : queue_(&queue), number_(number) {}
    Status try_get(Item& item) {
      if (!queue_->take(used(), item)) {
        return queue_->closed_.if_still([this] { return !queue_->has_items(used()); });
      }
      queue_->counts_.count_got(number_);
      return Status::ok;
    }
    Status get(Item& item, Deadline deadline = never) {
      for (;;) {
        Status status = try_get(item);
        if (status != Status::would_wait) return status;
        auto ready = [this] { return queue_->has_items(used()) || queue_->closed_.is_set(); };
        if (!queue_->not_empty_.wait(ready, deadline)) return Status::would_wait;
      }
    }

   private:
    auto& used() { return queue_->consumers_[number_]; }

    SegmentedQueue* queue_;
    unsigned number_;
  };

  Producer producer(unsigned i) { return Producer(ends_.for_producer(*this, i), i); }
  Consumer consumer(unsigned i) { return Consumer(ends_.for_consumer(*this, i), i); }
  std::size_t capacity() const { return unlimited; }
  std::size_t size() const { return counts_.size(); }

  void close() {
    closed_.set();
    not_empty_.notify_all();
  }

 private:
  enum class State : std::uint32_t { empty, full, skipped };
  struct Slot {
    Atomic<State> state{State::empty};
    Item item;
  };

  /// A segment is made once per this many items, and of large items it is still of moderate size.
  static constexpr std::size_t slot_count =
      std::clamp<std::size_t>((std::size_t{1} << 16) / sizeof(Slot), 8, 1024);
  /// Turns that a consumer waits for a producer that has the ticket: longer than a copy takes.
  static constexpr unsigned turns_before_skipping = 512;

  struct Segment {
    Segment() = default;
    explicit Segment(const Item& first) : given(1) {
      slots[0].item = first;
      slots[0].state.store(State::full, std::memory_order_relaxed);  // seen by way of the link
    }

    // All producers write the first and all consumers the second; isolated from each other and
    // from the slots.
    alignas(isolation) Atomic<std::uint64_t> given{0};
    alignas(isolation) Atomic<std::uint64_t> taken{0};
    alignas(isolation) Atomic<Segment*> next{nullptr};
    std::array<Slot, slot_count> slots;
  };

  /// The segment that one end uses; isolated, because its owner writes it. Others only look at it
  /// when they have removed a segment.
  struct alignas(isolation) Used {
    Atomic<Segment*> segment{nullptr};
  };

  /// The segment that `end` names, which stays until this end names another.
  static Segment& hold(Used& mine, const Atomic<Segment*>& end) {
    Segment* held = mine.segment.load(std::memory_order_relaxed);  // nobody else writes it
    for (;;) {
      // Sequentially consistent, as are the store, the removal and the look at all names: either
      // the remover sees the name, or this load sees the removal.
      Segment* named = end.load(std::memory_order_seq_cst);
      if (named == held) return *held;
      mine.segment.store(named, std::memory_order_seq_cst);
      held = named;
    }
  }

  void append(Used& mine, const Item& item) {
    for (;;) {
      Segment& segment = hold(mine, tail_);
      // Ordered as the slot is: has_items() looks at the tickets too.
      std::uint64_t ticket = segment.given.fetch_add(1, Wait::publish);
      if (ticket >= slot_count) {
        if (extend(segment, item)) return;
        continue;
      }
      Slot& slot = segment.slots[ticket];
      slot.item = item;
      State state = State::empty;
      // relaxed: of a skipped slot nothing is read.
      if (slot.state.compare_exchange_strong(state, State::full, Wait::publish,
                                             std::memory_order_relaxed)) {
        return;
      }
    }
  }

  /// Adds a segment that begins with the item behind a full one; false when another did so.
  bool extend(Segment& full, const Item& item) {
    // acquire: the segment comes with its address.
    Segment* next = full.next.load(std::memory_order_acquire);
    bool added = false;
    if (next == nullptr) {
      auto fresh = std::make_unique<Segment>(item);
      added = full.next.compare_exchange_strong(next, fresh.get(), Wait::publish,
                                                std::memory_order_acquire);
      if (added) next = fresh.release();
    }
    replace(tail_, full, *next);
    return added;
  }

  static bool replace(Atomic<Segment*>& end, Segment& old, Segment& next) {
    Segment* expected = &old;
    return end.compare_exchange_strong(expected, &next, std::memory_order_seq_cst);  // see hold
  }

  /// Whether a ticket is worth drawing: an item is there or about to be.
  bool has_items(Used& mine) const {
    const Segment& segment = hold(mine, head_);
    std::uint64_t next = segment.taken.load(Wait::observe);
    if (next >= slot_count) return segment.next.load(Wait::observe) != nullptr;
    // The slot first: its line is needed anyway, and that of the other tickets is the producers'.
    return segment.slots[next].state.load(Wait::observe) == State::full ||
           next < segment.given.load(Wait::observe);
  }

  bool take(Used& mine, Item& item) {
    while (has_items(mine)) {
      Segment& segment = hold(mine, head_);
      // release: who sees this ticket drawn sees those given before it.
      std::uint64_t ticket = segment.taken.fetch_add(1, std::memory_order_release);
      if (ticket >= slot_count) {
        leave(mine, segment);
      } else if (Slot& slot = segment.slots[ticket]; is_filled(slot)) {
        item = slot.item;
        return true;
      }
    }
    return false;
  }

  /// Waits for the slot's producer for a while; false when it may no longer fill it.
  static bool is_filled(Slot& slot) {
    for (unsigned turn = 0; turn < turns_before_skipping; ++turn) {
      // acquire: the item comes with the state.
      if (slot.state.load(std::memory_order_acquire) == State::full) return true;
      cpu_relax();
    }
    return slot.state.exchange(State::skipped, std::memory_order_acquire) == State::full;
  }

  /// Removes a segment whose tickets are all drawn, if there is another behind it.
  void leave(Used& mine, Segment& drained) {
    Segment* next = drained.next.load(std::memory_order_acquire);  // as in extend
    if (next == nullptr) return;
    replace(tail_, drained, *next);  // whoever added it may not have come so far
    if (!replace(head_, drained, *next)) return;
    (void)hold(mine, head_);  // so that this end's own name is not in the way
    std::lock_guard guard(removing_);
    removed_.emplace_back(&drained);
    std::erase_if(removed_, [this](const auto& segment) { return !is_used(segment.get()); });
  }

  bool is_used(const Segment* segment) const {
    auto uses = [segment](const Used& used) {
      return used.segment.load(std::memory_order_seq_cst) == segment;  // see hold
    };
    return std::any_of(producers_.begin(), producers_.end(), uses) ||
           std::any_of(consumers_.begin(), consumers_.end(), uses);
  }

  NumberedEnds ends_;
  EndCounts counts_;
  std::vector<Used> producers_;
  std::vector<Used> consumers_;
  // Written once per segment; read at each call, and so isolated from what is written.
  alignas(isolation) Atomic<Segment*> head_;
  Atomic<Segment*> tail_;
  alignas(isolation) Wait not_empty_;
  alignas(isolation) ClosedFlag closed_;
  alignas(isolation) std::mutex removing_;
  std::vector<std::unique_ptr<Segment>> removed_;  // those still used, but for the latest
};

}  // namespace handoff
