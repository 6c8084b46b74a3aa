#pragma once

#include "tests/conformance/signal_row.hpp"

/// What every watcher of children promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void an_end_is_told_once_with_process_and_code(const WatcherRow& row, Peers peers);
void an_end_before_the_watch_is_told(const WatcherRow& row, Peers peers);
void none_of_a_hundred_that_end_at_once_is_missed(const WatcherRow& row, Peers peers);
void a_wait_fails_after_its_time_and_not_before(const WatcherRow& row, Peers peers);
void others_children_are_left_alone_where_claimed(const WatcherRow& row, Peers peers);
void who_is_no_child_and_nobody_raise(const WatcherRow& row, Peers peers);
void a_call_goes_on_after_an_end(const WatcherRow& row, Peers peers);
void a_wait_goes_on_after_signals(const WatcherRow& row, Peers peers);
void who_sleeps_costs_no_processor_time(const WatcherRow& row, Peers peers);
void makes_the_system_calls_that_it_claims(const WatcherRow& row, Peers peers);

}  // namespace handoff::conformance
