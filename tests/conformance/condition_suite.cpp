#include "tests/conformance/condition.hpp"
#include "tests/conformance/condition_call_checks.hpp"
#include "tests/conformance/condition_checks.hpp"
#include "tests/conformance/condition_life_checks.hpp"
#include "tests/conformance/condition_race_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string among_threads(const ConditionRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string for_threads_only(const ConditionRow& row, Peers peers) {
  if (row.info.reach == Reach::threads) return "for threads only";
  return peers == Peers::threads ? "checked with processes, each with its mapping" : "";
}

std::string cannot_be_counted(const ConditionRow&, Peers) { return why_no_counting(); }

constexpr Check<ConditionRow> checks[] = {
    {CHECK_NAMED(notify_wakes_exactly_one_of_mixed_waiters)},
    {CHECK_NAMED(notify_of_n_wakes_n)},
    {CHECK_NAMED(notify_all_wakes_all)},
    {CHECK_NAMED(a_notification_without_waiters_has_no_later_effect)},
    {CHECK_NAMED(who_waits_after_a_notification_is_not_woken_by_it)},
    {CHECK_NAMED(waiters_whose_time_is_over_leave_nothing_behind)},
    {CHECK_NAMED(as_many_wake_as_are_notified_while_others_give_up)},
    {CHECK_NAMED(a_timed_wait_ends_after_its_time_and_not_before)},
    {CHECK_NAMED(wait_for_asks_its_predicate_again)},
    {CHECK_NAMED(wait_for_honours_the_total_time)},
    {CHECK_NAMED(the_lock_is_held_again_after_every_wait)},
    {CHECK_NAMED(calls_without_the_lock_raise)},
    {CHECK_NAMED(serves_scope_guards)},
    {CHECK_NAMED(no_wake_up_is_lost_in_many_hand_overs)},
    {CHECK_NAMED(a_wait_goes_on_after_a_signal)},
    {CHECK_NAMED(a_waiter_costs_next_to_no_processor_time)},
    {CHECK_NAMED(a_killed_waiter_holds_up_others_only_where_claimed), among_threads},
    {CHECK_NAMED(who_locks_after_a_killed_holder_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(who_is_notified_by_a_killed_holder_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(conditions_side_by_side_are_independent)},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), for_threads_only},
    {CHECK_NAMED(ten_thousand_conditions_leave_nothing)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_condition_tests(const char* name, const ConditionRow& row) {
  add_tests<ConditionRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
