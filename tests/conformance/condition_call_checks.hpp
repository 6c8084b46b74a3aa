#pragma once

#include "tests/conformance/condition_row.hpp"

/// What each call of a condition does by itself: each line a function that raises when it is
/// broken.
namespace handoff::conformance {

void calls_without_the_lock_raise(const ConditionRow& row, Peers peers);
void serves_scope_guards(const ConditionRow& row, Peers peers);
void a_wait_goes_on_after_a_signal(const ConditionRow& row, Peers peers);
void a_waiter_costs_next_to_no_processor_time(const ConditionRow& row, Peers peers);
void conditions_side_by_side_are_independent(const ConditionRow& row, Peers peers);
void conditions_side_by_side_are_independent(const ConditionRow& row, Peers peers,
                                             Clock::duration watchdog);
void shapes_and_workers_out_of_range_raise(const ConditionRow& row, Peers peers);

}  // namespace handoff::conformance
