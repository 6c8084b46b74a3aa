#pragma once

#include "tests/conformance/pool_checks.hpp"

/// What pools promise whose tasks may run batches on them, as functions that raise when they do
/// not.
namespace handoff::conformance {

void nested_maps_give_the_right_results(const PoolRow& row, Peers peers);
void nested_maps_go_deep(const PoolRow& row, Peers peers);
void nested_maps_keep_stacks_low(const PoolRow& row, Peers peers);
void nested_failures_reach_the_outer_task_and_the_submitter(const PoolRow& row, Peers peers);
void nested_tasks_run_in_the_named_workers(const PoolRow& row, Peers peers);
void nested_tasks_run_beside_one_another(const PoolRow& row, Peers peers);
void nested_tasks_are_waited_for_without_spinning(const PoolRow& row, Peers peers);
void nested_tasks_may_not_submit(const PoolRow& row, Peers peers);
void nested_maps_are_for_tasks_only(const PoolRow& row, Peers peers);
void terminate_beside_nested_tasks_returns(const PoolRow& row, Peers peers);
void close_lets_nested_tasks_finish(const PoolRow& row, Peers peers);
void nested_maps_outlive_replaced_workers(const PoolRow& row, Peers peers);

}  // namespace handoff::conformance
