#pragma once

#include <cstdint>

#include "../common/atomic.hpp"
#include "contract.hpp"

namespace handoff::semaphore {

/// Makes any semaphore a bounded one, by a count of the permits that are taken. An acquire takes
/// its permit first and counts it then, a release first takes it off the count and gives it then:
/// never are more free than at first, and never is a permit refused that somebody has taken.
template <class Mechanism, const Info& its_info>
class Bounded {
 public:
  explicit Bounded(std::size_t permits) : mechanism_(permits) {}

  void acquire() {
    mechanism_.acquire();
    count_one();
  }
  bool try_acquire() { return count_if(mechanism_.try_acquire()); }
  bool try_acquire_until(Deadline deadline) requires TimedSemaphoreHandle<Mechanism> {
    return count_if(mechanism_.try_acquire_until(deadline));
  }
  void release(std::size_t n) {
    // relaxed, here and below: the count says how many, the semaphore itself orders what they did.
    std::uint64_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (n > taken) {
        throw LimitError(its_info.name, "release", n, taken, "so many permits are taken");
      }
    } while (!taken_.compare_exchange_weak(taken, taken - n, std::memory_order_relaxed,
                                           std::memory_order_relaxed));
    mechanism_.release(n);
  }
  std::size_t value() const requires CountedSemaphoreHandle<Mechanism> {
    return mechanism_.value();
  }

 private:
  void count_one() { taken_.fetch_add(1, std::memory_order_relaxed); }
  bool count_if(bool acquired) {
    if (acquired) count_one();
    return acquired;
  }

  Mechanism mechanism_;
  Atomic<std::uint64_t> taken_{0};
};

}  // namespace handoff::semaphore
