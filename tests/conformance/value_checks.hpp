#pragma once

#include "tests/conformance/value_row.hpp"

/// What every value promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void starts_filled_with_zeros_also_in_used_memory(const ValueRow& row, Peers peers);
void writes_are_visible_to_the_other_workers_afterwards(const ValueRow& row, Peers peers);
void eight_workers_lose_no_addition(const ValueRow& row, Peers peers);
void a_value_of_one_element_loses_no_change(const ValueRow& row, Peers peers);
void no_two_updates_see_the_same_element(const ValueRow& row, Peers peers);
void reading_and_then_writing_loses_updates(const ValueRow& row, Peers peers);
void wide_values_are_never_torn(const ValueRow& row, Peers peers);
void slices_of_locked_values_are_never_torn(const ValueRow& row, Peers peers);
void slices_reach_the_elements_that_they_name(const ValueRow& row, Peers peers);
void elements_and_slices_out_of_range_raise(const ValueRow& row, Peers peers);
void an_update_that_throws_changes_nothing_and_lets_go(const ValueRow& row, Peers peers);
void elements_are_aligned_as_their_type_asks(const ValueRow& row, Peers peers);
void values_side_by_side_never_overlap(const ValueRow& row, Peers peers);

}  // namespace handoff::conformance
