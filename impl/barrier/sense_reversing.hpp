#pragma once

#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

template <class Wait>
class SenseReversingMechanism {
 public:
  explicit SenseReversingMechanism(const BarrierShape& shape)
      : parties_(shape.parties), action_(shape.action) {}

  class Party {
   public:
    /// relaxed: no round can end while this party is not in it.
    Party(SenseReversingMechanism& barrier, unsigned)
        : barrier_(&barrier), sense_(barrier.sense_.load(std::memory_order_relaxed)) {}

    unsigned wait() {
      ++sense_;
      return barrier_->wait(sense_);
    }

   private:
    SenseReversingMechanism* barrier_;
    std::uint32_t sense_;
  };

 private:
  unsigned wait(std::uint32_t sense) {
    // acq_rel: the last one sees what all did before they came, and passes it on.
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == parties_) {
      action_();
      arrived_.store(0, std::memory_order_relaxed);  // the store below comes before anybody's next
      sense_.store(sense, Wait::publish);
      wait_.notify_all();
      return 0;
    }
    (void)wait_.wait([&] { return sense_.load(Wait::observe) == sense; }, never);
    return 1;
  }

  unsigned parties_;
  BarrierAction action_;
  // On lines of their own: those who wait look at the one while others still come to the other.
  alignas(isolation) Atomic<std::uint32_t> arrived_{0};
  alignas(isolation) Atomic<std::uint32_t> sense_{0};
  Wait wait_;
};

template <class Wait>
inline constexpr Info sense_reversing_info{
    .name = "sense_reversing",
    .policy = Wait::name,
    .mechanism = "a count of arrivals, and a sense that the last one turns",
    .source = "own",
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr BarrierFacts sense_reversing_facts{};

}  // namespace detail

/// The centralized barrier of Mellor-Crummey and Scott, Algorithms for Scalable Synchronization on
/// Shared-Memory Multiprocessors, 1991. Its sense is a number here, of which parties need no more
/// than whether it has become theirs.
template <class Wait>
using SenseReversing =
    InPlaceBarrier<detail::SenseReversingMechanism<Wait>, detail::sense_reversing_info<Wait>,
                   detail::sense_reversing_facts>;

}  // namespace handoff::barrier
