#include "tests/conformance/semaphore.hpp"
#include "tests/conformance/semaphore_checks.hpp"
#include "tests/conformance/semaphore_crowd_checks.hpp"
#include "tests/conformance/semaphore_life_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string bounded(const SemaphoreRow& row, Peers) { return row.info.bounded ? "is bounded" : ""; }

std::string unbounded(const SemaphoreRow& row, Peers) {
  return row.info.bounded ? "" : "is not bounded";
}

std::string untimed(const SemaphoreRow& row, Peers) { return row.timed ? "" : "has no timed form"; }

std::string uncounted(const SemaphoreRow& row, Peers) {
  return row.counted ? "" : "does not tell its value";
}

std::string unchecked(const SemaphoreRow& row, Peers) {
  if (!row.facts.checks_limit) return "leaves its limit to the caller";
  return row.info.bounded ? "is bounded below its limit" : "";
}

std::string without_sleep(const SemaphoreRow& row, Peers) {
  const Waiting waiting = row.info.waiting;
  bool sleeps = waiting == Waiting::blocks || waiting == Waiting::spins_then_blocks;
  return sleeps ? "" : "does not sleep";
}

std::string among_threads(const SemaphoreRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string for_threads_only(const SemaphoreRow& row, Peers) {
  return row.info.reach == Reach::threads ? "for threads only" : "";
}

std::string cannot_be_counted(const SemaphoreRow&, Peers) { return why_no_counting(); }

constexpr Check<SemaphoreRow> checks[] = {
    {CHECK_NAMED(counts_down_to_zero_and_no_further)},
    {CHECK_NAMED(a_try_at_zero_is_refused_at_once)},
    {CHECK_NAMED(release_may_exceed_the_start_value), bounded},
    {CHECK_NAMED(a_bounded_one_refuses_to_exceed_its_start_value), unbounded},
    {CHECK_NAMED(of_many_releases_for_one_taken_permit_one_succeeds), unbounded},
    {CHECK_NAMED(a_timed_acquire_fails_after_its_time_and_not_before), untimed},
    {CHECK_NAMED(a_timed_acquire_gets_what_is_released_in_time), untimed},
    {CHECK_NAMED(value_is_exact_when_quiet), uncounted},
    {CHECK_NAMED(shapes_and_arguments_out_of_range_raise)},
    {CHECK_NAMED(a_release_over_the_limit_raises_and_changes_nothing), unchecked},
    {CHECK_NAMED(an_acquire_at_zero_waits_for_a_release)},
    {CHECK_NAMED(permits_admit_that_many_at_once_and_no_more)},
    {CHECK_NAMED(a_release_of_several_lets_in_as_many)},
    {CHECK_NAMED(hand_overs_lose_no_wake_up_and_show_what_was_done)},
    {CHECK_NAMED(givers_and_takers_lose_and_double_nothing)},
    {CHECK_NAMED(a_wait_goes_on_after_signals)},
    {CHECK_NAMED(who_sleeps_costs_no_processor_time), without_sleep},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(ten_thousand_semaphores_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), for_threads_only},
    {CHECK_NAMED(a_killed_waiter_takes_no_permit), among_threads},
    {CHECK_NAMED(permits_of_a_killed_holder_come_back_only_where_claimed), among_threads},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_semaphore_tests(const char* name, const SemaphoreRow& row) {
  add_tests<SemaphoreRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
