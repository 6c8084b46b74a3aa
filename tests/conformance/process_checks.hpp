#pragma once

#include "tests/conformance/process_row.hpp"

/// What starting, waiting and ending promise.
namespace handoff::conformance {

void has_no_exit_code_before_it_has_ended(const ProcessRow& row, Peers peers);
void a_killed_worker_shows_minus_the_signal(const ProcessRow& row, Peers peers);
void what_cannot_be_killed_says_so(const ProcessRow& row, Peers peers);
void join_without_time_returns_at_once(const ProcessRow& row, Peers peers);
void join_waits_its_time_and_no_longer(const ProcessRow& row, Peers peers);
void join_may_be_repeated(const ProcessRow& row, Peers peers);
void closing_a_live_worker_raises_and_so_does_later_use(const ProcessRow& row, Peers peers);
void the_sentinel_becomes_ready_when_the_worker_ends(const ProcessRow& row, Peers peers);
void children_are_active_from_start_to_join(const ProcessRow& row, Peers peers);
void a_hundred_at_once_start_and_end(const ProcessRow& row, Peers peers);
void a_hundred_just_started_ones_are_terminated(const ProcessRow& row, Peers peers);
void exit_codes_and_deaths_are_told_apart(const ProcessRow& row, Peers peers);
void join_goes_on_after_interrupted_calls(const ProcessRow& row, Peers peers);

}  // namespace handoff::conformance
