#pragma once

#include "tests/conformance/event_row.hpp"

/// How events begin and end, what signal handlers may do with them, and what their users see of
/// each other's death: each line a function that raises when it is broken. `patience`: how long a
/// survivor may take to go on, or names of others to go away.
namespace handoff::conformance {

void a_set_in_a_signal_handler_wakes_a_waiter(const EventRow& row, Peers peers);
void a_set_in_a_handler_may_interrupt_the_event_itself(const EventRow& row, Peers peers);
void a_set_in_a_handler_may_interrupt_the_event_itself(const EventRow& row,
                                                       Clock::duration patience);
void makes_the_system_calls_that_it_claims(const EventRow& row, Peers peers);
void ten_thousand_events_leave_nothing(const EventRow& row, Peers peers);
void nobody_else_can_open_it(const EventRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const EventRow& row, Peers peers);
void a_killed_waiter_holds_up_others_only_where_claimed(const EventRow& row, Peers peers);
void a_killed_waiter_holds_up_others_only_where_claimed(const EventRow& row,
                                                        Clock::duration patience);
void a_killed_user_leaves_no_name(const EventRow& row, Peers peers);
void a_killed_user_leaves_no_name(const EventRow& row, Clock::duration patience);

}  // namespace handoff::conformance
