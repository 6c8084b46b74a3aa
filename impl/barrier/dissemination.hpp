#pragma once

#include <array>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/waiting.hpp"
#include "in_place_barrier.hpp"

namespace handoff::barrier {
namespace detail {

/// In step k each party tells the one 2^k places on that it, and all whom it has heard of, have
/// come. After as many steps as the number of parties has bits each has heard of all.
template <class Wait, unsigned most_steps = 6>
class DisseminationMechanism {
 public:
  static constexpr unsigned most_parties = 1U << most_steps;

  explicit DisseminationMechanism(const BarrierShape& shape) : parties_(shape.parties) {}

  class Party {
   public:
    Party(DisseminationMechanism& barrier, unsigned number) : barrier_(&barrier), number_(number) {}

    /// Nobody is the last: the index is the party's number.
    unsigned wait() {
      barrier_->pass(number_);
      return number_;
    }

   private:
    DisseminationMechanism* barrier_;
    unsigned number_;
  };

 private:
  /// Written by one party, read by another.
  struct Flag {
    Atomic<std::uint32_t> round{0};  ///< the latest that its writer has come to this step of
    Wait wait;
  };
  /// What is told to one party. Its line is its reader's, who waits for one flag after the other.
  struct alignas(isolation) Mailbox {
    std::array<Flag, most_steps> flags;
    std::uint32_t round = 0;  ///< of its reader alone
  };

  void pass(unsigned party) {
    Mailbox& own = mailboxes_[party];
    const std::uint32_t round = ++own.round;
    for (unsigned step = 0; (1U << step) < parties_; ++step) {
      Flag& theirs = mailboxes_[(party + (1U << step)) % parties_].flags[step];
      theirs.round.store(round, Wait::publish);
      theirs.wait.notify();
      Flag& mine = own.flags[step];
      // Its writer may be a round ahead, and no more.
      (void)mine.wait.wait(
          [&] { return static_cast<std::int32_t>(mine.round.load(Wait::observe) - round) >= 0; },
          never);
    }
  }

  unsigned parties_;
  std::array<Mailbox, most_parties> mailboxes_;
};

template <class Wait>
inline constexpr Info dissemination_info{
    .name = "dissemination",
    .policy = Wait::name,
    .mechanism = "each party tells one more after each step, until all have heard of all",
    .source = "own",
    .waiting = Wait::waiting,
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
template <class Wait>
inline constexpr BarrierFacts dissemination_facts{
    .runs_action = false, .most_parties = DisseminationMechanism<Wait>::most_parties};

}  // namespace detail

/// Hensgen, Finkel and Manber, Two Algorithms for Barrier Synchronization, 1988.
template <class Wait>
using Dissemination =
    InPlaceBarrier<detail::DisseminationMechanism<Wait>, detail::dissemination_info<Wait>,
                   detail::dissemination_facts<Wait>>;

}  // namespace handoff::barrier
