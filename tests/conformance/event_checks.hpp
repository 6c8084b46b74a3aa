#pragma once

#include "tests/conformance/event_row.hpp"

/// What every event promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void is_unset_at_first_also_in_used_memory(const EventRow& row, Peers peers);
void a_wait_returns_at_once_while_it_is_set(const EventRow& row, Peers peers);
void a_wait_fails_after_its_time_and_not_before(const EventRow& row, Peers peers);
void a_set_wakes_all_who_wait(const EventRow& row, Peers peers);
void a_set_that_is_cleared_at_once_lets_go_all_who_waited(const EventRow& row, Peers peers);
void a_clear_arms_it_again(const EventRow& row, Peers peers);
void many_sets_are_as_one(const EventRow& row, Peers peers);
void hand_overs_lose_no_wake_up_and_show_what_was_done(const EventRow& row, Peers peers);
void shapes_and_workers_out_of_range_raise(const EventRow& row, Peers peers);
void a_wait_goes_on_after_signals(const EventRow& row, Peers peers);
void who_sleeps_costs_no_processor_time(const EventRow& row, Peers peers);

}  // namespace handoff::conformance
