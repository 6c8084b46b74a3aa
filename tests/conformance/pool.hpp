#pragma once

#include "tests/conformance/pool_checks.hpp"
#include "tests/conformance/pool_life_checks.hpp"
#include "tests/conformance/suite.hpp"

/// The conformance suite of pools: every check runs in a process of its own, which may hang or die.
/// What a pool runs is named when it is compiled, so the checks are templates over the pool.
namespace handoff::conformance {

struct PoolRow {
  Info info;
};

inline std::string dies_with_its_workers(const PoolRow& row, Peers) {
  return row.info.on_peer_death == Survivor::told ? "" : "a thread dies with its process";
}

template <class P>
struct PoolSuite {
  static constexpr PoolRow row{P::info};

#define POOL_CHECK(check) #check, [](const PoolRow&, Peers) { run_alone(conformance::check<P>); }
  static constexpr Check<PoolRow> checks[] = {
      {POOL_CHECK(map_keeps_order)},
      {POOL_CHECK(apply_returns_the_result)},
      {POOL_CHECK(empty_map_returns_at_once)},
      {POOL_CHECK(every_task_is_run_exactly_once_in_a_million)},
      {POOL_CHECK(an_exception_reaches_the_caller_and_the_others_finish)},
      {POOL_CHECK(arguments_and_results_of_1_byte_to_16_MiB)},
      {POOL_CHECK(tasks_run_in_the_named_workers)},
      {POOL_CHECK(an_initializer_runs_in_each_worker_before_its_tasks)},
      {POOL_CHECK(what_an_initializer_throws_is_raised)},
      {POOL_CHECK(close_lets_queued_tasks_finish)},
      {POOL_CHECK(terminate_with_ten_thousand_queued_tasks_returns)},
      {POOL_CHECK(join_before_close_raises)},
      {POOL_CHECK(destruction_with_work_in_flight_returns)},
      {POOL_CHECK(a_thousand_lives_leave_nothing)},
      {POOL_CHECK(a_start_that_fails_half_way_raises_and_leaves_nothing)},
      {POOL_CHECK(idle_workers_use_no_processor_time)},
      {POOL_CHECK(a_worker_killed_while_idle_does_no_harm), dies_with_its_workers},
      {POOL_CHECK(a_worker_killed_while_busy_fails_its_task_and_no_other), dies_with_its_workers},
      {POOL_CHECK(the_death_of_all_workers_is_told), dies_with_its_workers},
      {POOL_CHECK(workers_end_when_the_submitter_is_killed), dies_with_its_workers},
  };
#undef POOL_CHECK
};

template <class P>
bool add_pool_tests(const char* name) {
  add_tests<PoolRow>(name, PoolSuite<P>::row, PoolSuite<P>::checks, __FILE__, __LINE__);
  return true;
}

#define INSTANTIATE_pool_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_pool_tests<typename Row::type>(#name)

}  // namespace handoff::conformance
