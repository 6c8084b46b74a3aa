#include "tests/conformance/pool.hpp"
#include "tests/conformance/pool_async_checks.hpp"
#include "tests/conformance/pool_checks.hpp"
#include "tests/conformance/pool_life_checks.hpp"
#include "tests/conformance/pool_nested_checks.hpp"
#include "tests/conformance/suite.hpp"

namespace handoff::conformance {
namespace {

std::string dies_with_its_workers(const PoolRow& row, Peers) {
  return row.info.on_peer_death == Survivor::told ? "" : "a thread dies with its process";
}

std::string cannot_nest(const PoolRow& row, Peers) {
  return row.nests_batches ? "" : "its tasks cannot run batches on it";
}

std::string cannot_replace_and_nest(const PoolRow& row, Peers peers) {
  if (!row.replaces_workers) return "its threads are not replaced";
  return cannot_nest(row, peers);
}

std::string spins_within_tasks(const PoolRow& row, Peers peers) {
  const bool is_own_policy = !row.info.policy.empty();
  std::string reason = cannot_nest(row, peers);
  if (!reason.empty() || row.info.waiting == Waiting::blocks || is_own_policy) return reason;
  return "its library's threads may spin";
}

template <auto check>
void alone(const PoolRow& row, Peers peers) {
  run_alone([&] { check(row, peers); });
}

#define CHECK_ALONE(check) #check, alone < check>
// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a template stands alone
#define ADAPTOR_CHECK(check) #check, alone < check < Tasks>>

constexpr Check<PoolRow> checks[] = {
    {CHECK_ALONE(map_keeps_order)},
    {CHECK_ALONE(apply_returns_the_result)},
    {CHECK_ALONE(empty_input_returns_at_once)},
    {CHECK_ALONE(every_task_is_run_exactly_once_in_a_million)},
    {CHECK_ALONE(an_exception_reaches_the_caller_and_the_others_finish)},
    {CHECK_ALONE(arguments_and_results_of_1_byte_to_16_MiB)},
    {CHECK_ALONE(tasks_run_in_the_named_workers)},
    {CHECK_ALONE(an_initializer_runs_in_each_worker_before_its_tasks)},
    {CHECK_ALONE(what_an_initializer_throws_is_raised)},
    {CHECK_ALONE(arguments_out_of_range_raise)},
    {CHECK_ALONE(a_task_that_submits_to_its_own_pool_is_told)},
    {CHECK_ALONE(nested_maps_give_the_right_results), cannot_nest},
    {CHECK_ALONE(nested_maps_go_deep), cannot_nest},
    {CHECK_ALONE(nested_maps_keep_stacks_low), cannot_nest},
    {CHECK_ALONE(nested_failures_reach_the_outer_task_and_the_submitter), cannot_nest},
    {CHECK_ALONE(nested_tasks_run_in_the_named_workers), cannot_nest},
    {CHECK_ALONE(nested_tasks_run_beside_one_another), cannot_nest},
    {CHECK_ALONE(nested_tasks_are_waited_for_without_spinning), spins_within_tasks},
    {CHECK_ALONE(nested_tasks_may_not_submit), cannot_nest},
    {CHECK_ALONE(nested_maps_are_for_tasks_only), cannot_nest},
    {CHECK_ALONE(terminate_beside_nested_tasks_returns), cannot_nest},
    {CHECK_ALONE(close_lets_nested_tasks_finish), cannot_nest},
    {CHECK_ALONE(nested_maps_outlive_replaced_workers), cannot_replace_and_nest},
    {ADAPTOR_CHECK(imap_keeps_order)},
    {ADAPTOR_CHECK(imap_unordered_gives_each_result_as_it_comes)},
    {ADAPTOR_CHECK(starmap_spreads_its_arguments)},
    {ADAPTOR_CHECK(a_failing_input_delivers_what_came_before_it)},
    {ADAPTOR_CHECK(imap_takes_its_input_lazily)},
    {ADAPTOR_CHECK(a_dropped_imap_loses_no_task)},
    {ADAPTOR_CHECK(results_come_later_and_in_any_order)},
    {ADAPTOR_CHECK(failures_of_asynchronous_calls_are_raised_by_get)},
    {ADAPTOR_CHECK(callbacks_are_called_once_in_the_submitting_thread)},
    {ADAPTOR_CHECK(what_a_callback_throws_is_raised_by_join)},
    {ADAPTOR_CHECK(a_result_may_be_waited_for_in_vain_and_still_be_had)},
    {ADAPTOR_CHECK(what_terminate_drops_fails_by_name)},
    {CHECK_ALONE(close_lets_queued_tasks_finish)},
    {CHECK_ALONE(terminate_with_ten_thousand_queued_tasks_returns)},
    {CHECK_ALONE(join_before_close_raises)},
    {CHECK_ALONE(a_pool_ends_beside_a_later_one)},
    {CHECK_ALONE(destruction_with_work_in_flight_returns)},
    {CHECK_ALONE(workers_are_replaced_after_so_many_tasks)},
    {CHECK_ALONE(nothing_is_lost_when_workers_are_replaced)},
    {CHECK_ALONE(a_replacement_whose_initializer_throws_fails_its_tasks)},
    {CHECK_ALONE(ten_thousand_pools_leave_nothing)},
    {CHECK_ALONE(nobody_else_can_open_it)},
    {CHECK_ALONE(a_start_that_fails_half_way_raises_and_leaves_nothing)},
    {CHECK_ALONE(idle_pools_use_no_processor_time)},
    {CHECK_ALONE(a_worker_killed_while_idle_does_no_harm), dies_with_its_workers},
    {CHECK_ALONE(a_worker_killed_while_busy_fails_its_task_and_no_other), dies_with_its_workers},
    {CHECK_ALONE(workers_killed_at_any_time_fail_what_they_ran), dies_with_its_workers},
    {CHECK_ALONE(the_death_of_all_workers_is_told), dies_with_its_workers},
    {CHECK_ALONE(workers_end_when_the_submitter_is_killed), dies_with_its_workers},
};

}  // namespace

bool add_pool_tests(const char* name, const PoolRow& row) {
  add_tests<PoolRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
