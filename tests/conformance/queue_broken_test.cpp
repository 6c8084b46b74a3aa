#include <gtest/gtest.h>

#include "tests/conformance/queue_checks.hpp"
#include "tests/conformance/queue_death_checks.hpp"
#include "tests/conformance/queue_faulty.hpp"
#include "tests/conformance/queue_life_checks.hpp"
#include "tests/conformance/queue_race_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Queues that lose, mix or hold up items, and the checks that must see it.
namespace handoff::conformance {
namespace {

constexpr Peers peers = Peers::processes;
constexpr auto soon = std::chrono::seconds(2);

/// Bounded: a lost item may leave the other end waiting for ever.
void exchange_over(const QueueType& type, unsigned producers = 1, unsigned consumers = 1) {
  exchange(type, {{producers, consumers, peers}, 1000, Form::waits, Form::waits}, soon);
}

TEST(BrokenQueue, the_fakes_are_right_without_their_fault) {
  const QueueRow& right = row_with(Fault::none);
  exchange_over(right.small);
  is_full_and_empty_at_its_capacity(right, peers);
  timed_forms_wait_their_time_and_no_others_do(right, peers);
  after_close_puts_are_refused_and_gets_drain(right, peers);
  close_wakes_whoever_waits(right, peers, soon);
  what_was_put_before_a_close_is_never_given_up(right, peers);
  nobody_sleeps_through_what_he_waits_for(right, peers);
  its_size_is_within_its_capacity_while_others_work(right, peers);
  a_waiter_costs_next_to_no_processor_time(right, peers);
}

TEST(BrokenQueue, one_that_loses_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::loses).small), std::runtime_error);
  EXPECT_THROW(exchange_over(row_with(Fault::loses).small, 2, 2), std::runtime_error);
}

TEST(BrokenQueue, one_that_doubles_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::doubles).small), std::runtime_error);
  EXPECT_THROW(exchange_over(row_with(Fault::doubles).small, 2, 2), std::runtime_error);
}

TEST(BrokenQueue, one_whose_try_forms_lose_or_double_items_is_rejected) {
  mixed_waiting_forms_lose_and_double_nothing(row_with(Fault::none), peers);
  for (Fault fault : {Fault::loses_tries, Fault::doubles_tries}) {
    expect_rejected(row_with(fault), mixed_waiting_forms_lose_and_double_nothing, soon);
  }
}

TEST(BrokenQueue, one_that_swaps_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::swaps).small), std::runtime_error);
}

TEST(BrokenQueue, one_that_tears_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::tears).large), std::runtime_error);
}

TEST(BrokenQueue, one_with_such_a_fault_is_rejected_by_the_checks_of_items) {
  for (Fault fault : {Fault::loses, Fault::doubles, Fault::swaps, Fault::tears}) {
    if (fault != Fault::tears) {  // which items of one word are not
      expect_rejected(row_with(fault), items_of_one_producer_arrive_once_and_in_order);
    }
    expect_rejected(row_with(fault), many_producers_and_consumers_lose_and_double_nothing);
    expect_rejected(row_with(fault), large_items_arrive_whole);
  }
}

TEST(BrokenQueue, one_that_gives_up_early_is_rejected) {
  expect_rejected(row_with(Fault::gives_up_early), timed_forms_wait_their_time_and_no_others_do);
}

TEST(BrokenQueue, one_that_waits_without_time_is_rejected) {
  for (Fault fault : {Fault::waits_to_put, Fault::waits_to_get}) {
    expect_rejected(row_with(fault), timed_forms_wait_their_time_and_no_others_do);
  }
}

TEST(BrokenQueue, one_that_drops_items_on_close_is_rejected) {
  expect_rejected(row_with(Fault::drops_on_close), after_close_puts_are_refused_and_gets_drain);
}

TEST(BrokenQueue, one_that_accepts_items_after_close_is_rejected) {
  expect_rejected(row_with(Fault::accepts_closed), after_close_puts_are_refused_and_gets_drain);
}

TEST(BrokenQueue, one_that_wakes_nobody_on_close_is_rejected) {
  expect_rejected(row_with(Fault::sleeps_on), close_wakes_whoever_waits, soon);
}

TEST(BrokenQueue, one_that_wakes_one_of_two_on_close_is_rejected) {
  expect_rejected(row_with(Fault::wakes_one), close_wakes_whoever_waits, soon);
}

TEST(BrokenQueue, one_that_believes_a_close_before_it_looks_again_is_rejected) {
  expect_rejected(row_with(Fault::looks_once), what_was_put_before_a_close_is_never_given_up);
}

TEST(BrokenQueue, one_that_sleeps_through_a_put_is_rejected) {
  expect_rejected(row_with(Fault::oversleeps), nobody_sleeps_through_what_he_waits_for, soon);
}

TEST(BrokenQueue, one_that_hides_items_is_rejected) {
  is_not_empty_right_after_a_put(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::hides_items), is_not_empty_right_after_a_put);
}

TEST(BrokenQueue, one_that_hangs_in_a_close_is_rejected) {
  closing_with_undelivered_items_does_not_hang(row_with(Fault::none), peers, soon);
  expect_rejected(row_with(Fault::hangs_on_close), closing_with_undelivered_items_does_not_hang,
                  soon);
}

TEST(BrokenQueue, one_whose_consumers_take_more_than_they_give_is_rejected) {
  a_consumer_killed_while_idle_loses_only_what_it_took(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::takes_ahead),
                  a_consumer_killed_while_idle_loses_only_what_it_took);
}

TEST(BrokenQueue, one_that_points_to_itself_is_rejected) {
  works_through_two_mappings_at_different_addresses(row_with(Fault::none), peers);
  expect_rejected(row_with(Fault::points_to_itself),
                  works_through_two_mappings_at_different_addresses);
}

TEST(BrokenQueue, one_that_miscounts_is_rejected) {
  expect_rejected(row_with(Fault::miscounts), is_full_and_empty_at_its_capacity);
}

TEST(BrokenQueue, one_that_holds_more_than_it_states_is_rejected) {
  expect_rejected(row_with(Fault::overfills), is_full_and_empty_at_its_capacity);
}

TEST(BrokenQueue, one_that_holds_less_than_it_states_is_rejected) {
  expect_rejected(row_with(Fault::overstates), is_full_and_empty_at_its_capacity);
}

}  // namespace
}  // namespace handoff::conformance
