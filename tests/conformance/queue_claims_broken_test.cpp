#include <gtest/gtest.h>

#include "impl/queue/shared_mutex_condition.hpp"
#include "impl/queue/spsc_ring.hpp"
#include "tests/conformance/queue_call_checks.hpp"
#include "tests/conformance/queue_checks.hpp"
#include "tests/conformance/queue_death_checks.hpp"
#include "tests/conformance/queue_faulty.hpp"
#include "tests/conformance/queue_life_checks.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Queues that are not what they claim or are asked for, and the checks that must see it.
namespace handoff::conformance {
namespace {

constexpr Peers peers = Peers::processes;

TEST(BrokenQueue, one_that_takes_any_shape_and_end_is_rejected) {
  shapes_and_ends_out_of_range_raise(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::takes_any), shapes_and_ends_out_of_range_raise);
}

TEST(BrokenQueue, one_whose_errors_name_nothing_is_rejected) {
  expect_rejected(row_with(Fault::names_nothing), shapes_and_ends_out_of_range_raise);
}

/// A ring that says that it holds no more than four.
template <class Item, std::size_t Capacity>
struct RingWithALimit : MpmcRing<Item, 8, Park> {
  static constexpr Info info{
      .name = "mpmc_ring", .mechanism = "", .largest_capacity = [] { return std::size_t{4}; }};
  explicit RingWithALimit(QueueShape shape) : MpmcRing<Item, 8, Park>(shape) {
    if (Capacity == long_capacity) throw LimitError(info.name, "capacity", Capacity, 8);
  }
};
struct NamesAnotherLimit {
  template <class Item, std::size_t Capacity>
  using type = RingWithALimit<Item, Capacity>;
};

TEST(BrokenQueue, one_that_names_another_limit_than_it_states_is_rejected) {
  expect_rejected(queue_row<NamesAnotherLimit>(), what_is_over_a_limit_raises);
}

/// A ring that says that it is unbounded.
template <class Item, std::size_t Capacity>
struct RingWithoutBounds : MpmcRing<Item, Capacity, Park> {
  static constexpr Info info{.name = "without_bounds", .mechanism = "ring", .bounded = false};
  using MpmcRing<Item, Capacity, Park>::MpmcRing;
  std::size_t capacity() const { return unlimited; }
};
struct UnboundedInName {
  template <class Item, std::size_t Capacity>
  using type = RingWithoutBounds<Item, Capacity>;
};

TEST(BrokenQueue, one_that_is_not_as_bounded_as_it_states_is_rejected) {
  expect_rejected(row_with(Fault::knows_no_limit), is_full_and_empty_at_its_capacity);
  expect_rejected(queue_row<UnboundedInName>(), is_full_and_empty_at_its_capacity);
}

TEST(BrokenQueue, one_that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::calls_too_often), makes_the_system_calls_that_it_claims);
}

/// Not a fake: a lock that is never free again when its holder has been killed.
struct UnderPlainMutex {
  template <class Item, std::size_t Capacity>
  using type = SharedMutexCondition<Item, Capacity>;
};

TEST(BrokenQueue, one_whose_lock_dies_with_its_holder_is_rejected) {
  expect_rejected(queue_row<UnderPlainMutex>(), a_worker_killed_anywhere_blocks_no_other,
                  std::chrono::seconds(8));
}

/// It is the claim that is wrong.
template <class Item, std::size_t Capacity>
struct ParkThatClaimsToTell : SpscRing<Item, Capacity, Park> {
  using SpscRing<Item, Capacity, Park>::SpscRing;
  static constexpr Info info{
      .name = "claims_to_tell", .mechanism = "", .on_peer_death = Survivor::told};
};
struct SaysItTells {
  template <class Item, std::size_t Capacity>
  using type = ParkThatClaimsToTell<Item, Capacity>;
};

TEST(BrokenQueue, one_that_says_it_tells_of_a_death_is_rejected) {
  expect_rejected(queue_row<SaysItTells>(), a_waiting_survivor_sees_what_is_claimed,
                  std::chrono::seconds(1));
}

TEST(BrokenQueue, one_that_wakes_nobody_by_a_futex_call_is_rejected) {
  hands_over_without_a_futex_call_while_nobody_sleeps(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::wakes_in_vain),
                  hands_over_without_a_futex_call_while_nobody_sleeps);
}

TEST(BrokenQueue, one_that_spins_but_says_that_it_blocks_is_rejected) {
  expect_rejected(row_with(Fault::spins), a_waiter_costs_next_to_no_processor_time);
}

}  // namespace
}  // namespace handoff::conformance
