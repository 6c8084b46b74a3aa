#pragma once

#include "tests/conformance/lock_row.hpp"

/// How locks begin and end, what they cost, and what their users see of each other's death: each
/// line a function that raises when it is broken.
namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const LockRow& row, Peers peers);
void ten_thousand_locks_leave_nothing(const LockRow& row, Peers peers);
void nobody_else_can_open_it(const LockRow& row, Peers peers);
void a_killed_user_leaves_no_name(const LockRow& row, Peers peers);
/// `patience`: for names of others, a compiler's say, to go away.
void a_killed_user_leaves_no_name(const LockRow& row, Peers peers, Clock::duration patience);

// Of processes; `patience`: how long it may take to go on, where that is claimed.
void the_next_after_a_killed_holder_sees_what_is_claimed(const LockRow& row, Peers peers);
void the_next_after_a_killed_holder_sees_what_is_claimed(const LockRow& row,
                                                         Clock::duration patience);
void a_waiter_for_a_killed_holder_sees_what_is_claimed(const LockRow& row, Peers peers);
void a_waiter_for_a_killed_holder_sees_what_is_claimed(const LockRow& row,
                                                       Clock::duration patience);
void a_killed_waiter_holds_up_others_only_where_claimed(const LockRow& row, Peers peers);
void a_killed_waiter_holds_up_others_only_where_claimed(const LockRow& row,
                                                        Clock::duration patience);

}  // namespace handoff::conformance
