#pragma once

#include "tests/conformance/lock_row.hpp"

/// What locks promise to workers that race for them, each line a function that raises when it is
/// broken.
namespace handoff::conformance {

void mutual_exclusion_under_eight_workers(const LockRow& row, Peers peers);
void no_wake_up_is_lost_in_many_hand_overs(const LockRow& row, Peers peers);
/// `watchdog`: when it counts as hung.
void no_wake_up_is_lost_in_many_hand_overs(const LockRow& row, Peers peers,
                                           Clock::duration watchdog);
void works_through_two_mappings_at_different_addresses(const LockRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const LockRow& row,
                                                       Clock::duration watchdog);

}  // namespace handoff::conformance
