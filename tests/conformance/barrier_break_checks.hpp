#pragma once

#include "tests/conformance/barrier_row.hpp"

/// What breakable barriers promise: each line a function that raises when it is broken.
namespace handoff::conformance {

/// Raises unless a wait is told that the barrier is broken.
void require_broken(AnyBarrierHandle& handle, Deadline deadline = never);

void abort_breaks_all_who_wait_and_all_who_come(const BarrierRow& row, Peers peers);
void abort_breaks_all_who_wait_and_all_who_come(const BarrierRow& row, Peers peers,
                                                Clock::duration watchdog);
void reset_frees_who_waits_and_makes_it_whole_again(const BarrierRow& row, Peers peers);
void reset_frees_who_waits_and_makes_it_whole_again(const BarrierRow& row, Peers peers,
                                                    Clock::duration watchdog);
void a_reset_while_nobody_waits_changes_nothing(const BarrierRow& row, Peers peers);
void one_late_party_breaks_all(const BarrierRow& row, Peers peers);
void one_late_party_breaks_all(const BarrierRow& row, Peers peers, Clock::duration watchdog);
void a_timed_wait_breaks_after_its_time_and_not_before(const BarrierRow& row, Peers peers);
void an_action_that_throws_breaks_the_barrier(const BarrierRow& row, Peers peers);
void an_action_that_throws_breaks_the_barrier(const BarrierRow& row, Peers peers,
                                              Clock::duration watchdog);
void waiting_counts_those_who_have_come(const BarrierRow& row, Peers peers);
void breaks_and_resets_at_any_moment_let_nobody_pass_alone(const BarrierRow& row, Peers peers);

}  // namespace handoff::conformance
