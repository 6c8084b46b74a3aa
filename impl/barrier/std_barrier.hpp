#pragma once

#include <barrier>

#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

class StdMechanism {
 public:
  explicit StdMechanism(const BarrierShape& shape)
      : barrier_(static_cast<std::ptrdiff_t>(shape.parties), Completion{shape.action}) {}

  class Party {
   public:
    Party(StdMechanism& barrier, unsigned number) : barrier_(&barrier), number_(number) {}

    /// The library does not tell who was the last: the index is the party's number.
    unsigned wait() {
      barrier_->barrier_.arrive_and_wait();
      return number_;
    }

   private:
    StdMechanism* barrier_;
    unsigned number_;
  };

 private:
  struct Completion {
    BarrierAction action;
    void operator()() const noexcept { action(); }
  };

  std::barrier<Completion> barrier_;
};

inline constexpr Info std_barrier_info{
    .name = "std_barrier",
    .mechanism = "std::barrier",
    .source = "C++ library",
    .reach = Reach::threads,
    .waiting = Waiting::spins_then_blocks,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr BarrierFacts std_barrier_facts{};

}  // namespace detail

using StdBarrier =
    InPlaceBarrier<detail::StdMechanism, detail::std_barrier_info, detail::std_barrier_facts>;

}  // namespace handoff::barrier
