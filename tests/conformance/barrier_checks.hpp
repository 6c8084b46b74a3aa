#pragma once

#include "tests/conformance/barrier_row.hpp"

/// What barriers promise to those who come: each line a function that raises when it is broken.
namespace handoff::conformance {

void nobody_passes_before_all_have_come(const BarrierRow& row, Peers peers);
void a_thousand_rounds_without_overtaking(const BarrierRow& row, Peers peers);
void exactly_one_gets_index_0(const BarrierRow& row, Peers peers);
void the_action_runs_once_before_release(const BarrierRow& row, Peers peers);
void an_action_that_nobody_would_run_raises(const BarrierRow& row, Peers peers);
void a_barrier_of_one_never_blocks(const BarrierRow& row, Peers peers);
void a_handle_taken_anew_goes_on_where_the_last_one_stopped(const BarrierRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const BarrierRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const BarrierRow& row,
                                                       Clock::duration watchdog);
void a_wait_goes_on_after_a_signal(const BarrierRow& row, Peers peers);
void a_waiter_costs_next_to_no_processor_time(const BarrierRow& row, Peers peers);
void barriers_side_by_side_are_independent(const BarrierRow& row, Peers peers);
void shapes_and_parties_out_of_range_raise(const BarrierRow& row, Peers peers);

}  // namespace handoff::conformance
