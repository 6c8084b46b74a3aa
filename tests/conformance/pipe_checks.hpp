#pragma once

#include "tests/conformance/pipe_row.hpp"

/// What every pipe promises about messages: each line a function that raises when it is broken.
namespace handoff::conformance {

void keeps_message_boundaries_the_empty_message_included(const PipeRow& row, Peers peers);
void carries_messages_from_nothing_to_16_mebibytes(const PipeRow& row, Peers peers);
void keeps_the_order_of_many_messages(const PipeRow& row, Peers peers);
void carries_messages_in_both_directions(const PipeRow& row, Peers peers);
void both_directions_carry_messages_at_once(const PipeRow& row, Peers peers);
void short_buffer_names_the_needed_size_and_loses_nothing(const PipeRow& row, Peers peers);
void messages_up_to_the_stated_limit_pass_and_longer_ones_raise(const PipeRow& row, Peers peers);
void a_message_may_be_overwritten_once_it_is_sent(const PipeRow& row, Peers peers);
void one_way_ends_refuse_the_wrong_direction(const PipeRow& row, Peers peers);
void ends_that_no_pipe_has_raise(const PipeRow& row, Peers peers);
void a_hundred_pipes_live_side_by_side(const PipeRow& row, Peers peers);

}  // namespace handoff::conformance
