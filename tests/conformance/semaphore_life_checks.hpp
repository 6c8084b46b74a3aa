#pragma once

#include "tests/conformance/semaphore_row.hpp"

/// How semaphores begin and end, and what their users see of each other's death: each line a
/// function that raises when it is broken. `patience`: how long a survivor may take to go on, or
/// names of others to go away.
namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const SemaphoreRow& row, Peers peers);
void ten_thousand_semaphores_leave_nothing(const SemaphoreRow& row, Peers peers);
void nobody_else_can_open_it(const SemaphoreRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const SemaphoreRow& row, Peers peers);
void a_killed_waiter_takes_no_permit(const SemaphoreRow& row, Peers peers);
void permits_of_a_killed_holder_come_back_only_where_claimed(const SemaphoreRow& row, Peers peers);
void permits_of_a_killed_holder_come_back_only_where_claimed(const SemaphoreRow& row,
                                                             Clock::duration patience);
void a_killed_user_leaves_no_name(const SemaphoreRow& row, Peers peers);
void a_killed_user_leaves_no_name(const SemaphoreRow& row, Clock::duration patience);

}  // namespace handoff::conformance
