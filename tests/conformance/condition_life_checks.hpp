#pragma once

#include "tests/conformance/condition_row.hpp"

/// How conditions begin and end, what they cost, and what their users see of each other's death:
/// each line a function that raises when it is broken.
namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const ConditionRow& row, Peers peers);
void ten_thousand_conditions_leave_nothing(const ConditionRow& row, Peers peers);
void a_killed_user_leaves_no_name(const ConditionRow& row, Peers peers);
/// `patience`: for names of others, a compiler's say, to go away.
void a_killed_user_leaves_no_name(const ConditionRow& row, Peers peers, Clock::duration patience);

// Of processes; `patience`: how long it may take to go on, where that is claimed.
void a_killed_waiter_holds_up_others_only_where_claimed(const ConditionRow& row, Peers peers);
void a_killed_waiter_holds_up_others_only_where_claimed(const ConditionRow& row,
                                                        Clock::duration patience);
void who_locks_after_a_killed_holder_sees_what_is_claimed(const ConditionRow& row, Peers peers);
void who_locks_after_a_killed_holder_sees_what_is_claimed(const ConditionRow& row,
                                                          Clock::duration patience);
void who_is_notified_by_a_killed_holder_sees_what_is_claimed(const ConditionRow& row, Peers peers);
void who_is_notified_by_a_killed_holder_sees_what_is_claimed(const ConditionRow& row,
                                                             Clock::duration patience);

}  // namespace handoff::conformance
