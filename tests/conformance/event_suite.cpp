#include "tests/conformance/event.hpp"
#include "tests/conformance/event_checks.hpp"
#include "tests/conformance/event_life_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string lets_some_miss_it(const EventRow& row, Peers) {
  return row.facts.lets_all_go ? "" : "who waits may miss what is cleared at once";
}

std::string not_in_handlers(const EventRow& row, Peers) {
  return row.facts.set_in_signal_handlers ? "" : "a handler may interrupt who holds its lock";
}

std::string without_sleep(const EventRow& row, Peers) {
  const Waiting waiting = row.info.waiting;
  bool sleeps = waiting == Waiting::blocks || waiting == Waiting::spins_then_blocks;
  return sleeps ? "" : "does not sleep";
}

std::string among_threads(const EventRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string cannot_be_counted(const EventRow&, Peers) { return why_no_counting(); }

constexpr Check<EventRow> checks[] = {
    {CHECK_NAMED(is_unset_at_first_also_in_used_memory)},
    {CHECK_NAMED(a_wait_returns_at_once_while_it_is_set)},
    {CHECK_NAMED(a_wait_fails_after_its_time_and_not_before)},
    {CHECK_NAMED(a_set_wakes_all_who_wait)},
    {CHECK_NAMED(a_set_that_is_cleared_at_once_lets_go_all_who_waited), lets_some_miss_it},
    {CHECK_NAMED(a_clear_arms_it_again)},
    {CHECK_NAMED(many_sets_are_as_one)},
    {CHECK_NAMED(hand_overs_lose_no_wake_up_and_show_what_was_done)},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(a_wait_goes_on_after_signals)},
    {CHECK_NAMED(who_sleeps_costs_no_processor_time), without_sleep},
    {CHECK_NAMED(a_set_in_a_signal_handler_wakes_a_waiter), not_in_handlers},
    {CHECK_NAMED(a_set_in_a_handler_may_interrupt_the_event_itself), not_in_handlers},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(ten_thousand_events_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses)},
    {CHECK_NAMED(a_killed_waiter_holds_up_others_only_where_claimed), among_threads},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_event_tests(const char* name, const EventRow& row) {
  add_tests<EventRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
