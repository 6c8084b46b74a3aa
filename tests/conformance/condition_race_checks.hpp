#pragma once

#include "tests/conformance/condition_row.hpp"

/// What conditions promise to workers that race: each line a function that raises when it is
/// broken.
namespace handoff::conformance {

void the_lock_is_held_again_after_every_wait(const ConditionRow& row, Peers peers);
void no_wake_up_is_lost_in_many_hand_overs(const ConditionRow& row, Peers peers);
void no_wake_up_is_lost_in_many_hand_overs(const ConditionRow& row, Peers peers,
                                           Clock::duration watchdog);
void as_many_wake_as_are_notified_while_others_give_up(const ConditionRow& row, Peers peers);
void as_many_wake_as_are_notified_while_others_give_up(const ConditionRow& row, Peers peers,
                                                       Clock::duration watchdog);
void works_through_two_mappings_at_different_addresses(const ConditionRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const ConditionRow& row,
                                                       Clock::duration watchdog);

}  // namespace handoff::conformance
