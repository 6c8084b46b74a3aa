#include "tests/conformance/lock.hpp"
#include "tests/conformance/lock_checks.hpp"
#include "tests/conformance/lock_life_checks.hpp"
#include "tests/conformance/lock_race_checks.hpp"
#include "tests/conformance/slowness.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// libabsl is not compiled for it: it sees what a lock guards, but not the lock.
std::string unseen_by_a_sanitizer(const LockRow& row, Peers) {
  const bool unseen = thread_sanitized && row.info.name == "absl_mutex";
  return unseen ? "ThreadSanitizer does not see libabsl's locks" : "";
}

std::string when_spinning(const LockRow& row, Peers) {
  return waits_awake(row) ? "waits awake" : "";
}

std::string unchecked(const LockRow& row, Peers) {
  return row.facts.checked ? "" : "does not look who lets go";
}

std::string not_recursive(const LockRow& row, Peers) {
  return row.facts.recursive ? "" : "is not recursive";
}

std::string not_recursive_or_unchecked(const LockRow& row, Peers peers) {
  const std::string reason = not_recursive(row, peers);
  return reason.empty() ? unchecked(row, peers) : reason;
}

std::string not_timed(const LockRow& row, Peers) { return row.timed ? "" : "has no timed form"; }

std::string among_threads(const LockRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string for_threads_only(const LockRow& row, Peers peers) {
  if (row.info.reach == Reach::threads) return "for threads only";
  return peers == Peers::threads ? "checked with processes, each with its mapping" : "";
}

std::string cannot_be_counted(const LockRow&, Peers) { return why_no_counting(); }

constexpr Check<LockRow> checks[] = {
    {CHECK_NAMED(mutual_exclusion_under_eight_workers), unseen_by_a_sanitizer},
    {CHECK_NAMED(a_second_try_is_refused)},
    {CHECK_NAMED(releasing_an_unheld_lock_raises), unchecked},
    {CHECK_NAMED(releasing_what_another_holds_is_refused), unchecked},
    {CHECK_NAMED(a_recursive_lock_nests), not_recursive},
    {CHECK_NAMED(one_release_too_many_raises), not_recursive_or_unchecked},
    {CHECK_NAMED(a_timed_acquire_fails_after_its_time_and_not_before), not_timed},
    {CHECK_NAMED(a_timed_acquire_gets_what_is_released_in_time), not_timed},
    {CHECK_NAMED(a_deadline_that_has_passed_tries_once), not_timed},
    {CHECK_NAMED(serves_scope_guards)},
    {CHECK_NAMED(the_next_after_a_killed_holder_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(a_waiter_for_a_killed_holder_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(a_killed_waiter_holds_up_others_only_where_claimed), among_threads},
    {CHECK_NAMED(no_wake_up_is_lost_in_many_hand_overs), unseen_by_a_sanitizer},
    {CHECK_NAMED(a_wait_goes_on_after_a_signal)},
    {CHECK_NAMED(a_waiter_costs_next_to_no_processor_time), when_spinning},
    {CHECK_NAMED(locks_side_by_side_are_independent)},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), for_threads_only},
    {CHECK_NAMED(ten_thousand_locks_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_lock_tests(const char* name, const LockRow& row) {
  add_tests<LockRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
