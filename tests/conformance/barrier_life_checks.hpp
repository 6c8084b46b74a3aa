#pragma once

#include "tests/conformance/barrier_row.hpp"

/// How barriers begin and end, what they cost, and what their parties see of each other's death:
/// each line a function that raises when it is broken.
namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const BarrierRow& row, Peers peers);
void ten_thousand_barriers_leave_nothing(const BarrierRow& row, Peers peers);
void a_killed_user_leaves_no_name(const BarrierRow& row, Peers peers);
/// `patience`: for names of others, a compiler's say, to go away.
void a_killed_user_leaves_no_name(const BarrierRow& row, Peers peers, Clock::duration patience);

// Of processes; `patience`: how long it may take to be told, where that is claimed.
void a_party_killed_before_it_came_hangs_or_breaks_as_claimed(const BarrierRow& row, Peers peers);
void a_party_killed_before_it_came_hangs_or_breaks_as_claimed(const BarrierRow& row,
                                                              Clock::duration patience);
void a_party_killed_inside_has_come_and_is_missed_in_the_next_round(const BarrierRow& row,
                                                                    Peers peers);
void a_party_killed_inside_has_come_and_is_missed_in_the_next_round(const BarrierRow& row,
                                                                    Clock::duration patience);
void a_party_that_has_left_is_not_taken_for_dead(const BarrierRow& row, Peers peers);
void a_barrier_whose_party_was_killed_can_be_destroyed(const BarrierRow& row, Peers peers);
void a_barrier_whose_party_was_killed_can_be_destroyed(const BarrierRow& row,
                                                       Clock::duration patience);

}  // namespace handoff::conformance
