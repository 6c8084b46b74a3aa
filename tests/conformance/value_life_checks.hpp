#pragma once

#include "tests/conformance/value_row.hpp"

/// How values begin and end, and what their users see of each other's death: each line a function
/// that raises when it is broken.
namespace handoff::conformance {

void ten_thousand_values_leave_nothing(const ValueRow& row, Peers peers);
void nobody_else_can_open_it(const ValueRow& row, Peers peers);
void shapes_and_workers_out_of_range_raise(const ValueRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const ValueRow& row, Peers peers);
void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers);
/// `patience`: how long it may take to go on, where that is claimed.
void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers, Clock::duration patience);
void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers);
/// `patience`: for names of others, a compiler's say, to go away.
void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers, Clock::duration patience);

}  // namespace handoff::conformance
