#pragma once

#include "tests/conformance/signal_row.hpp"

/// What every messenger promises, each line a function that raises when it is broken. `patience`:
/// how long a survivor may take to go on.
namespace handoff::conformance {

void queued_signals_arrive_once_and_in_order(const MessengerRow& row, Peers peers);
void those_of_many_senders_arrive(const MessengerRow& row, Peers peers);
void what_nobody_has_taken_yet_is_kept_or_is_as_one(const MessengerRow& row, Peers peers);
void a_wait_takes_what_was_sent_and_no_more(const MessengerRow& row, Peers peers);
void a_wait_fails_after_its_time_and_not_before(const MessengerRow& row, Peers peers);
void hand_overs_lose_no_signal_and_show_what_was_done(const MessengerRow& row, Peers peers);
void an_arrival_interrupts_and_its_effect_is_seen(const MessengerRow& row, Peers peers);
void a_call_goes_on_after_an_arrival(const MessengerRow& row, Peers peers);
void a_wait_goes_on_after_signals(const MessengerRow& row, Peers peers);
void a_full_queue_refuses_and_loses_nothing(const MessengerRow& row, Peers peers);
void who_sleeps_costs_no_processor_time(const MessengerRow& row, Peers peers);
void values_and_receivers_out_of_range_raise(const MessengerRow& row, Peers peers);
void a_second_handle_of_a_process_raises(const MessengerRow& row, Peers peers);
void makes_the_system_calls_that_it_claims(const MessengerRow& row, Peers peers);
void works_through_two_mappings_at_different_addresses(const MessengerRow& row, Peers peers);
void a_waiter_for_a_killed_sender_sees_what_is_claimed(const MessengerRow& row, Peers peers);
void a_waiter_for_a_killed_sender_sees_what_is_claimed(const MessengerRow& row,
                                                       Clock::duration patience);
void a_send_to_a_dead_worker_says_so(const MessengerRow& row, Peers peers);
void who_has_a_dead_workers_number_is_sent_to_only_where_claimed(const MessengerRow& row,
                                                                 Peers peers);

/// Why no process can be given a number that is chosen; empty where it can.
std::string why_no_chosen_number();

}  // namespace handoff::conformance
