#include "impl/process/thread.hpp"
#include "tests/conformance/process_call_checks.hpp"
#include "tests/conformance/process_checks.hpp"
#include "tests/conformance/process_faulty.hpp"

/// Workers that break a promise of the single calls, and the checks that must see it.
namespace handoff::conformance {
namespace {

TEST(ABrokenWorker, that_has_an_exit_code_at_once_is_rejected) {
  expect_rejected<Fault::has_an_exit_code_at_once>(has_no_exit_code_before_it_has_ended);
}

TEST(ABrokenWorker, that_shows_the_signal_as_it_is_is_rejected) {
  expect_rejected<Fault::shows_the_signal_as_it_is>(a_killed_worker_shows_minus_the_signal);
  expect_rejected<Fault::shows_the_signal_as_it_is>(exit_codes_and_deaths_are_told_apart);
}

TEST(ABrokenWorker, that_mixes_up_exit_codes_is_rejected) {
  expect_rejected<Fault::shows_the_first_exit_code_of_all>(a_hundred_at_once_start_and_end);
}

TEST(ABrokenWorker, that_cuts_exit_codes_is_rejected) {
  expect_rejected<Fault::cuts_exit_codes>(exit_codes_and_deaths_are_told_apart);
}

TEST(ABrokenWorker, that_catches_what_should_end_it_is_rejected) {
  expect_rejected<Fault::catches_what_should_end_it>(a_killed_worker_shows_minus_the_signal);
  expect_rejected<Fault::catches_what_should_end_it>(a_hundred_just_started_ones_are_terminated);
}

TEST(ABrokenWorker, that_pretends_to_kill_a_thread_is_rejected) {
  static constexpr ProcessRow right = process_row_of<Faulty<Fault::none, ThreadProcess>>();
  static constexpr ProcessRow wrong =
      process_row_of<Faulty<Fault::pretends_to_kill, ThreadProcess>>();
  ASSERT_NO_THROW(what_cannot_be_killed_says_so(right, Peers::threads));
  EXPECT_THROW(what_cannot_be_killed_says_so(wrong, Peers::threads), std::runtime_error);
}

TEST(ABrokenWorker, that_joins_before_the_end_is_rejected) {
  expect_rejected<Fault::joins_before_the_end>(join_without_time_returns_at_once);
  expect_rejected<Fault::joins_before_the_end>(join_waits_its_time_and_no_longer);
}

TEST(ABrokenWorker, that_gives_up_when_interrupted_is_rejected) {
  expect_rejected<Fault::gives_up_when_interrupted>(join_goes_on_after_interrupted_calls);
}

TEST(ABrokenWorker, that_joins_only_once_is_rejected) {
  expect_rejected<Fault::joins_only_once>(join_may_be_repeated);
}

TEST(ABrokenWorker, that_closes_the_living_is_rejected) {
  expect_rejected<Fault::closes_the_living>(closing_a_live_worker_raises_and_so_does_later_use);
}

TEST(ABrokenWorker, that_lets_go_when_it_is_destroyed_is_rejected) {
  expect_rejected<Fault::lets_go_when_destroyed>(destroying_a_handle_waits_kills_or_lets_go);
}

TEST(ABrokenWorker, that_has_a_sentinel_that_is_always_ready_is_rejected) {
  expect_rejected<Fault::has_a_sentinel_that_is_always_ready>(
      the_sentinel_becomes_ready_when_the_worker_ends);
}

TEST(ABrokenWorker, that_lists_only_the_living_is_rejected) {
  expect_rejected<Fault::lists_only_the_living>(children_are_active_from_start_to_join);
}

TEST(ABrokenWorker, that_forgets_its_name_is_rejected) {
  expect_rejected<Fault::forgets_its_name>(it_knows_its_name_and_whether_it_is_a_daemon);
}

TEST(ABrokenWorker, that_forgets_its_processor_time_is_rejected) {
  expect_rejected<Fault::forgets_its_processor_time>(its_processor_time_is_known_after_its_end);
}

TEST(ABrokenWorker, that_loses_the_end_of_an_argument_is_rejected) {
  expect_rejected<Fault::loses_the_end_of_an_argument>(large_and_aligned_arguments_arrive_whole);
}

TEST(ABrokenWorker, that_takes_any_descriptor_is_rejected) {
  expect_rejected<Fault::takes_any_descriptor>(senseless_orders_raise_and_start_nothing);
}

}  // namespace
}  // namespace handoff::conformance
