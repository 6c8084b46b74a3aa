#include "tests/conformance/barrier.hpp"
#include "tests/conformance/barrier_break_checks.hpp"
#include "tests/conformance/barrier_checks.hpp"
#include "tests/conformance/barrier_life_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string not_breakable(const BarrierRow& row, Peers) {
  return row.breakable ? "" : "is not breakable";
}

std::string without_action(const BarrierRow& row, Peers) {
  return row.facts.runs_action ? "" : "runs no action";
}

std::string with_action(const BarrierRow& row, Peers) {
  return row.facts.runs_action ? "runs actions" : "";
}

std::string when_spinning(const BarrierRow& row, Peers) {
  const bool awake =
      row.info.waiting == Waiting::spins || row.info.waiting == Waiting::spins_then_yields;
  return awake ? "waits awake" : "";
}

std::string among_threads(const BarrierRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string when_it_tells_nothing(const BarrierRow& row, Peers peers) {
  const bool told = row.info.on_peer_death == Survivor::told;
  return told ? among_threads(row, peers) : "does not look after its parties";
}

std::string for_threads_only(const BarrierRow& row, Peers peers) {
  if (row.info.reach == Reach::threads) return "for threads only";
  return peers == Peers::threads ? "checked with processes, each with its mapping" : "";
}

std::string cannot_be_counted(const BarrierRow&, Peers) { return why_no_counting(); }

constexpr Check<BarrierRow> checks[] = {
    {CHECK_NAMED(nobody_passes_before_all_have_come)},
    {CHECK_NAMED(a_thousand_rounds_without_overtaking)},
    {CHECK_NAMED(exactly_one_gets_index_0)},
    {CHECK_NAMED(the_action_runs_once_before_release), without_action},
    {CHECK_NAMED(an_action_that_nobody_would_run_raises), with_action},
    {CHECK_NAMED(an_action_that_throws_breaks_the_barrier), not_breakable},
    {CHECK_NAMED(abort_breaks_all_who_wait_and_all_who_come), not_breakable},
    {CHECK_NAMED(reset_frees_who_waits_and_makes_it_whole_again), not_breakable},
    {CHECK_NAMED(a_reset_while_nobody_waits_changes_nothing), not_breakable},
    {CHECK_NAMED(one_late_party_breaks_all), not_breakable},
    {CHECK_NAMED(a_timed_wait_breaks_after_its_time_and_not_before), not_breakable},
    {CHECK_NAMED(waiting_counts_those_who_have_come), not_breakable},
    {CHECK_NAMED(breaks_and_resets_at_any_moment_let_nobody_pass_alone), not_breakable},
    {CHECK_NAMED(a_barrier_of_one_never_blocks)},
    {CHECK_NAMED(a_handle_taken_anew_goes_on_where_the_last_one_stopped)},
    {CHECK_NAMED(a_party_killed_before_it_came_hangs_or_breaks_as_claimed), among_threads},
    {CHECK_NAMED(a_party_killed_inside_has_come_and_is_missed_in_the_next_round), among_threads},
    {CHECK_NAMED(a_party_that_has_left_is_not_taken_for_dead), when_it_tells_nothing},
    {CHECK_NAMED(a_barrier_whose_party_was_killed_can_be_destroyed), among_threads},
    {CHECK_NAMED(a_wait_goes_on_after_a_signal)},
    {CHECK_NAMED(a_waiter_costs_next_to_no_processor_time), when_spinning},
    {CHECK_NAMED(barriers_side_by_side_are_independent)},
    {CHECK_NAMED(shapes_and_parties_out_of_range_raise)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), for_threads_only},
    {CHECK_NAMED(ten_thousand_barriers_leave_nothing)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_barrier_tests(const char* name, const BarrierRow& row) {
  add_tests<BarrierRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
