#pragma once

#include <gtest/gtest.h>

#include "tests/conformance/pool_checks.hpp"
#include "tests/conformance/pool_life_checks.hpp"

/// The conformance suite of pools: every check runs in a process of its own, which may hang or die.
namespace handoff::conformance {

template <class Row>
class PoolConformance : public testing::Test {
 protected:
  using P = typename Row::type;

  void check(void (*promise)()) {
    std::string reason = P::info.unavailable();
    if (!reason.empty()) GTEST_SKIP() << reason;
    EXPECT_NO_THROW(run_alone(promise));
  }
  void check_of_processes(void (*promise)()) {
    if (P::info.on_peer_death != Survivor::told) GTEST_SKIP() << "a thread dies with its process";
    check(promise);
  }
};
TYPED_TEST_SUITE_P(PoolConformance);

#define HANDOFF_POOL_TEST(kind, promise)                        \
  TYPED_TEST_P(PoolConformance, promise) {                      \
    this->kind(conformance::promise<typename TypeParam::type>); \
  }

HANDOFF_POOL_TEST(check, map_keeps_order)
HANDOFF_POOL_TEST(check, apply_returns_the_result)
HANDOFF_POOL_TEST(check, empty_map_returns_at_once)
HANDOFF_POOL_TEST(check, every_task_is_run_exactly_once_in_a_million)
HANDOFF_POOL_TEST(check, an_exception_reaches_the_caller_and_the_others_finish)
HANDOFF_POOL_TEST(check, arguments_and_results_of_1_byte_to_16_MiB)
HANDOFF_POOL_TEST(check, tasks_run_in_the_named_workers)
HANDOFF_POOL_TEST(check, an_initializer_runs_in_each_worker_before_its_tasks)
HANDOFF_POOL_TEST(check, what_an_initializer_throws_is_raised)
HANDOFF_POOL_TEST(check, close_lets_queued_tasks_finish)
HANDOFF_POOL_TEST(check, terminate_with_ten_thousand_queued_tasks_returns)
HANDOFF_POOL_TEST(check, join_before_close_raises)
HANDOFF_POOL_TEST(check, destruction_with_work_in_flight_returns)
HANDOFF_POOL_TEST(check, a_thousand_lives_leave_nothing)
HANDOFF_POOL_TEST(check, a_start_that_fails_half_way_raises_and_leaves_nothing)
HANDOFF_POOL_TEST(check, idle_workers_use_no_processor_time)
HANDOFF_POOL_TEST(check_of_processes, a_worker_killed_while_idle_does_no_harm)
HANDOFF_POOL_TEST(check_of_processes, a_worker_killed_while_busy_fails_its_task_and_no_other)
HANDOFF_POOL_TEST(check_of_processes, the_death_of_all_workers_is_told)
HANDOFF_POOL_TEST(check_of_processes, workers_end_when_the_submitter_is_killed)
#undef HANDOFF_POOL_TEST

REGISTER_TYPED_TEST_SUITE_P(
    PoolConformance, map_keeps_order, apply_returns_the_result, empty_map_returns_at_once,
    every_task_is_run_exactly_once_in_a_million,
    an_exception_reaches_the_caller_and_the_others_finish,
    arguments_and_results_of_1_byte_to_16_MiB, tasks_run_in_the_named_workers,
    an_initializer_runs_in_each_worker_before_its_tasks, what_an_initializer_throws_is_raised,
    close_lets_queued_tasks_finish, terminate_with_ten_thousand_queued_tasks_returns,
    join_before_close_raises, destruction_with_work_in_flight_returns,
    a_thousand_lives_leave_nothing, a_start_that_fails_half_way_raises_and_leaves_nothing,
    idle_workers_use_no_processor_time, a_worker_killed_while_idle_does_no_harm,
    a_worker_killed_while_busy_fails_its_task_and_no_other, the_death_of_all_workers_is_told,
    workers_end_when_the_submitter_is_killed);

#define INSTANTIATE_pool_CONFORMANCE(name, Row) \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, PoolConformance, Row)

}  // namespace handoff::conformance
