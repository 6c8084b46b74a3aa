#pragma once

#include <semaphore>

#include "in_place_semaphore.hpp"

namespace handoff::semaphore {

/// The C++ library's semaphore. That of g++ 12 can sleep beside a free permit once its count has
/// come back to what a waiter saw before it found none (GCC's bug 104928): it takes several waiters
/// and is rare.
class StdPermits {
 public:
  using Permits = std::counting_semaphore<>;
  static constexpr std::size_t most = static_cast<std::size_t>(Permits::max());

  explicit StdPermits(std::size_t permits) : permits_(static_cast<std::ptrdiff_t>(permits)) {}

  void acquire() { permits_.acquire(); }
  bool try_acquire() { return permits_.try_acquire(); }
  bool try_acquire_until(Deadline deadline) { return permits_.try_acquire_until(deadline); }
  void release(std::size_t n) { permits_.release(static_cast<std::ptrdiff_t>(n)); }

 private:
  Permits permits_;
};

namespace detail {

inline constexpr Info std_counting_semaphore_info{
    .name = "std_counting_semaphore",
    .mechanism = "std::counting_semaphore",
    .source = "the C++ library",
    .reach = Reach::threads,  // it looks for waiters in the memory of its own process
    .bounded = false,
    .waiting = Waiting::spins_then_blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 1,  // it always wakes when the count was zero
    .largest_capacity = [] { return StdPermits::most; },
};
inline constexpr SemaphoreFacts std_counting_semaphore_facts{.checks_limit = false};

}  // namespace detail

using StdCountingSemaphore = InPlaceSemaphore<StdPermits, detail::std_counting_semaphore_info,
                                              detail::std_counting_semaphore_facts>;

}  // namespace handoff::semaphore
