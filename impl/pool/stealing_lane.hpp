#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"

namespace handoff::detail {

/// A growing deque of pointers: its owner pushes at the bottom, and anybody takes from the top.
///
/// The owner never takes back, and so needs no fence against thieves (a NestedLane's does). D.
/// Chase and Y. Lev, Dynamic circular work-stealing deque, 2005; the orders are those of N. M. Lê,
/// A. Pop, A. Cohen and F. Zappa Nardelli, Correct and efficient work-stealing for weak memory
/// models, 2013.
template <class T, std::uint64_t first_capacity = 1024>
class StealingLane {
 public:
  StealingLane() { grow_to(first_capacity, 0, 0); }

  /// By the owner.
  void push(T* item) {
    std::uint64_t bottom = bottom_.load(std::memory_order_relaxed);  // own
    Ring* ring = ring_.load(std::memory_order_relaxed);              // own
    if (bottom - known_top_ == ring->capacity()) ring = &make_room(bottom);
    ring->at(bottom).store(item, std::memory_order_relaxed);  // published below
    // seq_cst: release for the item, and ordered before the look for sleepers in notify.
    bottom_.store(bottom + 1, std::memory_order_seq_cst);
  }

  /// Null when it is empty.
  T* steal() {
    for (;;) {
      std::uint64_t top = top_.load(std::memory_order_acquire);  // before the look at the bottom
      if (top == bottom_.load(std::memory_order_acquire)) return nullptr;  // the item
      // acquire: the ring's items.
      T* item = ring_.load(std::memory_order_acquire)->at(top).load(std::memory_order_relaxed);
      // release: the item has been read before its place is free. A failure is looked at anew.
      if (top_.compare_exchange_strong(top, top + 1, std::memory_order_release,
                                       std::memory_order_relaxed)) {
        return item;
      }
    }
  }

  /// seq_cst: ordered after the count of sleepers of the one who waits by this.
  bool is_empty() const {
    return top_.load(std::memory_order_seq_cst) == bottom_.load(std::memory_order_seq_cst);
  }

 protected:
  class Ring {
   public:
    explicit Ring(std::uint64_t capacity)
        : mask_(capacity - 1), places_(std::make_unique<Atomic<T*>[]>(capacity)) {}
    std::uint64_t capacity() const { return mask_ + 1; }
    Atomic<T*>& at(std::uint64_t position) { return places_[position & mask_]; }

   private:
    std::uint64_t mask_;
    std::unique_ptr<Atomic<T*>[]> places_;
  };

  /// Looks how far the thieves are only now, since the line that tells it is theirs.
  Ring& make_room(std::uint64_t bottom) {
    // acquire: who has taken from a place has read it.
    known_top_ = top_.load(std::memory_order_acquire);
    std::uint64_t size = bottom - known_top_;
    if (size == rings_.back()->capacity()) grow_to(2 * size, known_top_, bottom);
    return *rings_.back();
  }

  void grow_to(std::uint64_t capacity, std::uint64_t top, std::uint64_t bottom) {
    auto larger = std::make_unique<Ring>(capacity);
    for (std::uint64_t i = top; i != bottom; ++i) {
      larger->at(i).store(rings_.back()->at(i).load(std::memory_order_relaxed),
                          std::memory_order_relaxed);  // published below
    }
    ring_.store(larger.get(), std::memory_order_release);
    rings_.push_back(std::move(larger));
  }

  // Thieves write the first line, the owner the second, which thieves read; the last is its own.
  alignas(isolation) Atomic<std::uint64_t> top_{0};
  alignas(isolation) Atomic<std::uint64_t> bottom_{0};
  Atomic<Ring*> ring_{nullptr};
  /// The last is in use. Thieves may still look at the others, whose sizes add up to less.
  alignas(isolation) std::vector<std::unique_ptr<Ring>> rings_;
  std::uint64_t known_top_ = 0;
};

}  // namespace handoff::detail
