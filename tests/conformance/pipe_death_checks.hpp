#pragma once

#include <chrono>

#include "impl/common/status.hpp"
#include "tests/conformance/pipe_row.hpp"

/// What pipes between processes say of what the survivor of a death sees: each line a function that
/// raises when it is not so.
namespace handoff::conformance {

// For pipes that tell of a death.
void a_writer_killed_in_mid_message_is_told_within_a_second(const PipeRow& row, Peers peers);
void an_idle_writer_killed_is_told_within_a_second(const PipeRow& row, Peers peers);
void an_idle_writer_killed_is_told_within_a_second(const PipeRow& row, Peers peers,
                                                   Clock::duration limit);
void a_reader_killed_ends_a_send_within_a_second(const PipeRow& row, Peers peers);
void a_reader_killed_ends_a_send_within_a_second(const PipeRow& row, Peers peers,
                                                 Clock::duration limit);

// For pipes that say that they do not.
void a_reader_waits_on_when_its_writer_is_killed(const PipeRow& row, Peers peers);
void what_a_killed_writer_leaves_is_never_taken_for_whole(const PipeRow& row, Peers peers);

}  // namespace handoff::conformance
