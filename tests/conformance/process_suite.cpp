#include "tests/conformance/process.hpp"
#include "tests/conformance/process_call_checks.hpp"
#include "tests/conformance/process_checks.hpp"
#include "tests/conformance/process_life_checks.hpp"
#include "tests/conformance/process_limit_checks.hpp"
#include "tests/conformance/process_surroundings_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string cannot_be_killed(const ProcessRow& row, Peers) {
  return row.can_be_killed ? "" : "cannot be killed";
}
std::string can_be_killed(const ProcessRow& row, Peers) {
  return row.can_be_killed ? "can be killed" : "";
}
std::string among_threads(const ProcessRow&, Peers peers) {
  return peers == Peers::threads ? "threads end together" : "";
}
std::string has_no_server(const ProcessRow& row, Peers) {
  return row.server == nullptr ? "has no server" : "";
}
std::string from_any_thread(const ProcessRow& row, Peers) {
  return row.from_one_thread ? "" : "starts from any thread";
}
std::string not_from_other_threads(const ProcessRow& row, Peers peers) {
  if (row.from_one_thread) return "starts where there is one thread only";
  return among_threads(row, peers);
}
std::string takes_descriptors(const ProcessRow&, Peers) { return why_no_descriptor_limit(); }
std::string cannot_be_counted(const ProcessRow&, Peers) { return why_no_counting(); }

constexpr Check<ProcessRow> checks[] = {
    {CHECK_NAMED(has_no_exit_code_before_it_has_ended)},
    {CHECK_NAMED(a_killed_worker_shows_minus_the_signal), cannot_be_killed},
    {CHECK_NAMED(what_cannot_be_killed_says_so), can_be_killed},
    {CHECK_NAMED(join_without_time_returns_at_once)},
    {CHECK_NAMED(join_waits_its_time_and_no_longer)},
    {CHECK_NAMED(join_may_be_repeated)},
    {CHECK_NAMED(closing_a_live_worker_raises_and_so_does_later_use)},
    {CHECK_NAMED(the_sentinel_becomes_ready_when_the_worker_ends)},
    {CHECK_NAMED(children_are_active_from_start_to_join)},
    {CHECK_NAMED(a_hundred_at_once_start_and_end)},
    {CHECK_NAMED(a_hundred_just_started_ones_are_terminated), cannot_be_killed},
    {CHECK_NAMED(exit_codes_and_deaths_are_told_apart)},
    {CHECK_NAMED(join_goes_on_after_interrupted_calls)},
    {CHECK_NAMED(it_knows_its_name_and_whether_it_is_a_daemon)},
    {CHECK_NAMED(large_and_aligned_arguments_arrive_whole)},
    {CHECK_NAMED(senseless_orders_raise_and_start_nothing)},
    {CHECK_NAMED(destroying_a_handle_waits_kills_or_lets_go)},
    {CHECK_NAMED(its_processor_time_is_known_after_its_end)},
    {CHECK_NAMED(daemons_end_with_their_parent), among_threads},
    {CHECK_NAMED(a_daemon_outlives_the_thread_that_started_it), not_from_other_threads},
    {CHECK_NAMED(what_is_no_daemon_outlives_its_parent), among_threads},
    {CHECK_NAMED(a_worker_learns_of_its_parents_death), among_threads},
    {CHECK_NAMED(workers_start_workers)},
    {CHECK_NAMED(a_handle_is_its_process_s_own), among_threads},
    {CHECK_NAMED(a_killed_server_is_started_again), has_no_server},
    {CHECK_NAMED(a_killed_starter_leaves_nothing), among_threads},
    {CHECK_NAMED(workers_that_nobody_joins_leave_no_zombie), among_threads},
    {CHECK_NAMED(other_threads_are_refused), from_any_thread},
    {CHECK_NAMED(workers_have_no_descriptors_of_their_siblings), among_threads},
    {CHECK_NAMED(only_what_is_passed_on_reaches_another_program), among_threads},
    {CHECK_NAMED(all_its_descriptors_are_closed_on_exec)},
    {CHECK_NAMED(what_was_printed_before_appears_once)},
    {CHECK_NAMED(an_exception_is_told_whole_and_gives_exit_code_1)},
    {CHECK_NAMED(a_start_without_descriptors_left_raises_and_leaves_nothing), takes_descriptors},
    {CHECK_NAMED(a_start_without_processes_left_raises_and_leaves_nothing)},
    {CHECK_NAMED(many_workers_one_after_the_other_leak_nothing)},
    {CHECK_NAMED(it_makes_as_many_system_calls_as_it_claims), cannot_be_counted},
};

}  // namespace

bool add_process_tests(const char* name, const ProcessRow& row) {
  numbered_process_rows().push_back(&row);
  add_tests<ProcessRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
