#include "tests/conformance/signal.hpp"
#include "tests/conformance/signal_alarm_checks.hpp"
#include "tests/conformance/signal_child_checks.hpp"
#include "tests/conformance/signal_life_checks.hpp"
#include "tests/conformance/signal_messenger_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string is_as_one(const MessengerRow& row, Peers) {
  return row.facts.queues ? "" : "ordinary signals are as one until they are taken";
}

std::string does_not_interrupt(const MessengerRow& row, Peers) {
  return row.interrupts ? "" : "its workers wait, nothing interrupts them";
}

std::string among_threads(const MessengerRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string without_chosen_numbers(const MessengerRow& row, Peers peers) {
  const std::string reason = among_threads(row, peers);
  return reason.empty() ? why_no_chosen_number() : reason;
}

std::string sends_to_threads(const MessengerRow& row, Peers) {
  return reaches(row.info, Peers::threads) ? "each thread has signals of its own" : "";
}

template <class Row>
std::string cannot_be_counted(const Row&, Peers) {
  return why_no_counting();
}

constexpr Check<MessengerRow> messenger_checks[] = {
    {CHECK_NAMED(queued_signals_arrive_once_and_in_order), is_as_one},
    {CHECK_NAMED(those_of_many_senders_arrive), is_as_one},
    {CHECK_NAMED(what_nobody_has_taken_yet_is_kept_or_is_as_one)},
    {CHECK_NAMED(a_wait_takes_what_was_sent_and_no_more)},
    {CHECK_NAMED(a_wait_fails_after_its_time_and_not_before)},
    {CHECK_NAMED(hand_overs_lose_no_signal_and_show_what_was_done)},
    {CHECK_NAMED(an_arrival_interrupts_and_its_effect_is_seen), does_not_interrupt},
    {CHECK_NAMED(a_call_goes_on_after_an_arrival), does_not_interrupt},
    {CHECK_NAMED(a_wait_goes_on_after_signals)},
    {CHECK_NAMED(a_full_queue_refuses_and_loses_nothing), is_as_one},
    {CHECK_NAMED(who_sleeps_costs_no_processor_time)},
    {CHECK_NAMED(values_and_receivers_out_of_range_raise)},
    {CHECK_NAMED(a_second_handle_of_a_process_raises), sends_to_threads},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses)},
    {CHECK_NAMED(a_waiter_for_a_killed_sender_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(a_send_to_a_dead_worker_says_so), among_threads},
    {CHECK_NAMED(who_has_a_dead_workers_number_is_sent_to_only_where_claimed),
     without_chosen_numbers},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(puts_back_the_mask_and_the_actions)},
    {CHECK_NAMED(ten_thousand_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

constexpr Check<AlarmRow> alarm_checks[] = {
    {CHECK_NAMED(goes_off_once_after_its_time)},
    {CHECK_NAMED(a_time_that_has_passed_is_due_at_once)},
    {CHECK_NAMED(a_wait_fails_after_its_time_and_not_before)},
    {CHECK_NAMED(a_cancelled_alarm_does_not_go_off)},
    {CHECK_NAMED(another_time_replaces_the_one_before)},
    {CHECK_NAMED(each_worker_has_its_own)},
    {CHECK_NAMED(a_wait_goes_on_after_signals)},
    {CHECK_NAMED(who_sleeps_costs_no_processor_time)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(puts_back_the_mask_and_the_actions)},
    {CHECK_NAMED(ten_thousand_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

constexpr Check<WatcherRow> watcher_checks[] = {
    {CHECK_NAMED(an_end_is_told_once_with_process_and_code)},
    {CHECK_NAMED(an_end_before_the_watch_is_told)},
    {CHECK_NAMED(none_of_a_hundred_that_end_at_once_is_missed)},
    {CHECK_NAMED(a_wait_fails_after_its_time_and_not_before)},
    {CHECK_NAMED(others_children_are_left_alone_where_claimed)},
    {CHECK_NAMED(who_is_no_child_and_nobody_raise)},
    {CHECK_NAMED(a_call_goes_on_after_an_end)},
    {CHECK_NAMED(a_wait_goes_on_after_signals)},
    {CHECK_NAMED(who_sleeps_costs_no_processor_time)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(puts_back_the_mask_and_the_actions)},
    {CHECK_NAMED(ten_thousand_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_signal_tests(const char* name, const MessengerRow& row) {
  add_tests<MessengerRow>(name, row, messenger_checks, __FILE__, __LINE__);
  return true;
}

bool add_signal_tests(const char* name, const AlarmRow& row) {
  add_tests<AlarmRow>(name, row, alarm_checks, __FILE__, __LINE__);
  return true;
}

bool add_signal_tests(const char* name, const WatcherRow& row) {
  add_tests<WatcherRow>(name, row, watcher_checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
