#pragma once

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "in_place_event.hpp"
#include "set_count.hpp"

namespace handoff::event {

/// A count of sets and clears in a word, and a policy of waiting until it changes. With Park it
/// calls the kernel only where somebody sleeps.
template <class Wait>
class AtomicSetCount {
 public:
  void set() {
    std::uint32_t count = count_.load(std::memory_order_relaxed);  // the exchange decides
    do {
      if (event::is_set(count)) return;
    } while (
        !count_.compare_exchange_weak(count, count + 1, Wait::publish, std::memory_order_relaxed));
    wait_.notify_all();
  }
  void clear() {
    // relaxed: it publishes nothing, and as an exchange carries on what set() has published.
    std::uint32_t count = count_.load(std::memory_order_relaxed);
    while (event::is_set(count)) {
      if (count_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed,
                                       std::memory_order_relaxed)) {
        return;
      }
    }
  }
  bool is_set() const { return event::is_set(count_.load(Wait::observe)); }
  bool wait(Deadline deadline) {
    const std::uint32_t before = count_.load(Wait::observe);
    if (event::is_set(before)) return true;
    return wait_.wait([&] { return count_.load(Wait::observe) != before; }, deadline);
  }

 private:
  Atomic<std::uint32_t> count_{0};
  Wait wait_;  // on the same line: who sets it looks at both
};

namespace detail {

template <class Wait>
inline constexpr Info atomic_flag_info{
    .name = "atomic_flag",
    .policy = Wait::name,
    .mechanism = "count of sets and clears in one word",
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr EventFacts atomic_flag_facts{};

}  // namespace detail

template <class Wait>
using AtomicFlag =
    InPlaceEvent<AtomicSetCount<Wait>, detail::atomic_flag_info<Wait>, detail::atomic_flag_facts>;

}  // namespace handoff::event
