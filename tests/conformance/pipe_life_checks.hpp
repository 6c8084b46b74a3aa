#pragma once

#include "tests/conformance/pipe_row.hpp"

/// What every pipe promises about waiting, closing and resources: each line a function that
/// raises when it is broken.
namespace handoff::conformance {

void end_of_file_comes_after_the_queued_messages_and_not_before(const PipeRow& row, Peers peers);
void queued_messages_outlive_a_writer_that_leaves_messages_unread(const PipeRow& row, Peers peers);
void queued_messages_outlive_a_send_that_is_refused(const PipeRow& row, Peers peers);
void sending_to_a_reader_that_has_gone_says_so_without_a_signal(const PipeRow& row, Peers peers);
void poll_waits_not_at_all_for_a_time_and_for_ever(const PipeRow& row, Peers peers);
void transfers_go_on_after_interrupted_system_calls(const PipeRow& row, Peers peers);
void descriptors_above_1024_work(const PipeRow& row, Peers peers);
void several_pipes_and_a_sentinel_are_waited_for_at_once(const PipeRow& row, Peers peers);
void several_pipes_and_a_sentinel_are_waited_for_at_once(const PipeRow& row, Peers peers,
                                                         Clock::duration limit);
void ten_thousand_pipes_leave_nothing(const PipeRow& row, Peers peers);
void nobody_else_can_open_it(const PipeRow& row, Peers peers);
void a_killed_user_leaves_no_name(const PipeRow& row, Peers peers);
/// `patience`: for names of others to go.
void a_killed_user_leaves_no_name(const PipeRow& row, Peers peers, Clock::duration patience);
void works_through_two_mappings_at_different_addresses(const PipeRow& row, Peers peers);

}  // namespace handoff::conformance
