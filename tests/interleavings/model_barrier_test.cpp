#include <gtest/gtest.h>

#include <array>

#include "impl/barrier/breakable_generations.hpp"
#include "impl/barrier/dissemination.hpp"
#include "impl/barrier/sense_reversing.hpp"
#include "tests/interleavings/models.hpp"

/// The own barriers, as they are, in every order of their steps (with at most a few switches before
/// a step's time has come) and with every value that a load may return.
namespace handoff::interleavings {
namespace {

using barrier::detail::DisseminationMechanism;
using barrier::detail::GenerationsMechanism;
using barrier::detail::SenseReversingMechanism;

/// In each round each party does its part, waits, and then looks at its neighbour's.
template <class Mechanism, unsigned Parties, unsigned Rounds>
struct Round : rl::test_suite<Round<Mechanism, Parties, Rounds>, Parties> {
  Anew<Mechanism> barrier;
  Anew<std::array<Item, 2 * Parties>> parts;

  void before() {
    barrier.build(BarrierShape{.parties = Parties});
    parts.build();
  }
  void after() {
    barrier.drop();
    parts.drop();
  }
  void thread(unsigned number) {
    typename Mechanism::Party party(barrier.object(), number);
    for (unsigned round = 0; round < Rounds; ++round) {
      // Of two places it writes the one while others may still look at the other.
      parts.object()[round % 2 * Parties + number] = Item(round);
      (void)party.wait();
      const Item& other = parts.object()[round % 2 * Parties + (number + 1) % Parties];
      require(other.value() == round, "it passed before its neighbour had come");
    }
  }
};

/// Two of so many come while somebody aborts: both pass, or neither, and both learn of it.
template <class Wait, unsigned Parties>
struct Abort : rl::test_suite<Abort<Wait, Parties>, 3> {
  using Mechanism = GenerationsMechanism<Wait>;
  Anew<Mechanism> barrier;
  std::array<bool, 2> passed{};

  void before() {
    barrier.build(BarrierShape{.parties = Parties});
    passed = {};
  }
  void after() {
    require(passed[0] == passed[1], "one passed without the other");
    barrier.drop();
  }
  void thread(unsigned number) {
    typename Mechanism::Party party(barrier.object(), number);
    if (number == 2) return party.abort();
    try {
      (void)party.wait();
      passed.at(number) = true;
    } catch (const BrokenBarrier&) {
      passed.at(number) = false;
    }
  }
};

/// Publishes nothing but the number.
class BarePark : public Park {
 public:
  static constexpr auto publish = std::memory_order_relaxed;
};

/// Publishes without waiting for the store to be seen before it looks for sleepers.
class HastyPark : public Park {
 public:
  static constexpr auto publish = std::memory_order_release;
};

/// Wakes one where all have to wake.
class StingyPark : public Park {
 public:
  void notify_all() { notify(); }
};

TEST(Model, a_barrier_with_a_sense_lets_pass_when_all_have_come) {
  EXPECT_EQ((fault_of<Round<SenseReversingMechanism<Park>, 2, 3>>(3)), "");
  EXPECT_EQ((fault_of<Round<SenseReversingMechanism<Park>, 3, 2>>(2)), "");
}
TEST(Model, a_barrier_by_dissemination_lets_pass_when_all_have_come) {
  EXPECT_EQ((fault_of<Round<DisseminationMechanism<Park, 1>, 2, 3>>(3)), "");
  EXPECT_EQ((fault_of<Round<DisseminationMechanism<Park, 2>, 3, 1>>(2)), "");
}
TEST(Model, a_breakable_barrier_lets_pass_when_all_have_come) {
  EXPECT_EQ((fault_of<Round<GenerationsMechanism<Park>, 2, 3>>(3)), "");
  EXPECT_EQ((fault_of<Round<GenerationsMechanism<Park>, 3, 1>>(2)), "");
}
TEST(Model, a_breakable_barrier_tells_all_that_it_is_broken) {
  EXPECT_EQ((fault_of<Abort<Park, 2>>(2)), "");
  EXPECT_EQ((fault_of<Abort<Park, 3>>(2)), "");
}

TEST(ModelRejects, a_barrier_that_publishes_nothing) {
  EXPECT_EQ((fault_of<Round<SenseReversingMechanism<BarePark>, 2, 2>>(3)), "DATA RACE");
  EXPECT_EQ((fault_of<Round<DisseminationMechanism<BarePark, 1>, 2, 2>>(3)), "DATA RACE");
}
TEST(ModelRejects, a_barrier_that_looks_for_sleepers_too_early) {
  EXPECT_EQ((fault_of<Round<SenseReversingMechanism<HastyPark>, 2, 2>>(3)), "DEADLOCK");
}
TEST(ModelRejects, a_barrier_that_wakes_too_few) {
  EXPECT_EQ((fault_of<Round<SenseReversingMechanism<StingyPark>, 3, 1>>(2)), "DEADLOCK");
  EXPECT_EQ((fault_of<Abort<StingyPark, 3>>(2)), "DEADLOCK");
}

}  // namespace
}  // namespace handoff::interleavings
