#pragma once

#include <atomic_queue/atomic_queue.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include "closable.hpp"

namespace handoff {

/// Maxim Egorushkin's atomic_queue in its form for one producer and one consumer, as his benchmarks
/// choose it: items of 8 B are their own full flag (all ones, which cannot be put, means empty);
/// others have a flag each. Not an implementation.
template <class Item, std::size_t Capacity>
class AtomicQueueRing {
  static constexpr bool is_word = sizeof(Item) == sizeof(std::uint64_t);
  static constexpr std::uint64_t empty_word = ~std::uint64_t{0};
  // The last four: minimise contention, maximise throughput, no total order, one of each end.
  using Library = std::conditional_t<
      is_word,
      atomic_queue::AtomicQueue<std::uint64_t, Capacity, empty_word, true, true, false, true>,
      atomic_queue::AtomicQueue2<Item, Capacity, true, true, false, true>>;

 public:
  /// `queue`: whose error it is where the item means empty.
  bool try_push(const Item& item, std::string_view queue) {
    if constexpr (is_word) {
      return library_.try_push(word_of(item, queue));
    } else {
      return library_.try_push(item);
    }
  }
  bool try_pop(Item& item) {
    if constexpr (is_word) {
      std::uint64_t word = 0;
      if (!library_.try_pop(word)) return false;
      item = std::bit_cast<Item>(word);
      return true;
    } else {
      return library_.try_pop(item);
    }
  }
  /// Take their slot without looking whether it is free or full, and wait for that.
  void push(const Item& item, std::string_view queue) {
    if constexpr (is_word) {
      library_.push(word_of(item, queue));
    } else {
      library_.push(item);
    }
  }
  void pop(Item& item) {
    if constexpr (is_word) {
      item = std::bit_cast<Item>(library_.pop());
    } else {
      item = library_.pop();
    }
  }

  bool was_empty() const { return library_.was_empty(); }
  std::size_t capacity() const { return library_.capacity(); }
  /// The library counts claims: who waits for its slot counts already.
  std::size_t size() const { return std::min<std::size_t>(library_.was_size(), capacity()); }

 private:
  static std::uint64_t word_of(const Item& item, std::string_view queue) {
    auto word = std::bit_cast<std::uint64_t>(item);
    if (word != empty_word) return word;
    throw std::invalid_argument(std::string(queue) + ": an item of all ones means empty");
  }

  Library library_;
};

}  // namespace handoff
