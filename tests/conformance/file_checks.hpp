#pragma once

#include "tests/conformance/file_row.hpp"
#include "tests/conformance/workers.hpp"

/// What every record file promises, as functions that raise when it does not.
namespace handoff::conformance {

/// Appended by eight workers; those of one worker in their order.
void every_record_is_there_once_and_whole(const FileRow& row, Peers peers);
/// From the empty one to 16 MiB.
void records_of_any_length_come_back(const FileRow& row, Peers peers);
void a_record_over_the_limit_raises(const FileRow& row, Peers peers);
/// The bytes of a record end in memory that cannot be read: append raises, what it has written is
/// told as incomplete, and the records of the others are whole.
void an_incomplete_record_is_told_and_harms_no_other(const FileRow& row, Peers peers);

/// Processes only: killed at any time, while others append.
void a_killed_writer_leaves_at_most_its_last_record_incomplete(const FileRow& row, Peers peers);
/// Processes only: a worker is killed when it is about to write. The next one goes on, perhaps
/// after an error that says so; or it hangs, if that is what is claimed.
void a_survivor_sees_what_is_claimed(const FileRow& row, Peers peers);
void a_survivor_sees_what_is_claimed(const FileRow& row, Peers peers, Clock::duration patience);
void works_through_two_mappings_at_different_addresses(const FileRow& row, Peers peers);
void ten_thousand_files_leave_nothing(const FileRow& row, Peers peers);
void nobody_else_can_open_it(const FileRow& row, Peers peers);
void shapes_and_workers_out_of_range_raise(const FileRow& row, Peers peers);
void a_killed_user_leaves_no_name(const FileRow& row, Peers peers);
void a_killed_user_leaves_no_name(const FileRow& row, Peers peers, Clock::duration patience);

}  // namespace handoff::conformance
