#include "tests/conformance/queue.hpp"
#include "tests/conformance/queue_batch_checks.hpp"
#include "tests/conformance/queue_call_checks.hpp"
#include "tests/conformance/queue_checks.hpp"
#include "tests/conformance/queue_death_checks.hpp"
#include "tests/conformance/queue_join_checks.hpp"
#include "tests/conformance/queue_life_checks.hpp"
#include "tests/conformance/queue_race_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string for_single_ends(const QueueRow& row, Peers) {
  bool single = row.info.producers == Holders::one && row.info.consumers == Holders::one;
  return single ? "has one producer and one consumer" : "";
}

std::string sleeps_through_a_close(const QueueRow& row, Peers) {
  return row.info.wakes_on_close ? "" : "states that it does not";
}

std::string does_not_block(const QueueRow& row, Peers) {
  Waiting waiting = row.info.waiting;
  if (waiting == Waiting::blocks || waiting == Waiting::spins_then_blocks) return "";
  return "states that it " + std::string(to_string(waiting));
}

std::string is_unbounded(const QueueRow& row, Peers) {
  return row.info.bounded ? "" : "has no capacity";
}

std::string has_no_waiting_policy(const QueueRow& row, Peers) {
  return row.info.policy.empty() ? "waits by other means than ours" : "";
}

std::string has_no_consumer_elsewhere(const QueueRow& row, Peers peers) {
  bool lacks = peers == Peers::threads || row.info.consumers == Holders::one;
  return lacks ? "needs a second consumer in another process" : "";
}

std::string among_threads(const QueueRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string may_die_with_a_worker(const QueueRow& row, Peers peers) {
  if (!row.info.survives_killed_worker) return "states that it may";
  return peers == Peers::threads ? "needs processes" : "";
}

std::string has_no_batches(const QueueRow& row, Peers) {
  return row.small.has_batches ? "" : "puts and takes items one by one";
}

std::string is_not_joinable(const QueueRow& row, Peers) {
  return row.small.join == nullptr ? "does not count its tasks" : "";
}

/// A queue of the kernel or of a segment of its own is smaller than what it holds.
std::string lies_elsewhere_too(const QueueRow& row, Peers) {
  bool holds_its_items = row.large.bytes >= small_capacity * large_item;
  return row.info.reach == Reach::threads || !holds_its_items ? "lies elsewhere too" : "";
}

std::string cannot_be_counted(const QueueRow&, Peers) { return why_no_counting(); }

constexpr Check<QueueRow> checks[] = {
    {CHECK_NAMED(items_of_one_producer_arrive_once_and_in_order)},
    {CHECK_NAMED(large_items_arrive_whole)},
    {CHECK_NAMED(many_producers_and_consumers_lose_and_double_nothing), for_single_ends},
    {CHECK_NAMED(mixed_waiting_forms_lose_and_double_nothing)},
    {CHECK_NAMED(is_full_and_empty_at_its_capacity)},
    {CHECK_NAMED(is_not_empty_right_after_a_put)},
    {CHECK_NAMED(timed_forms_wait_their_time_and_no_others_do)},
    {CHECK_NAMED(after_close_puts_are_refused_and_gets_drain)},
    {CHECK_NAMED(close_wakes_whoever_waits), sleeps_through_a_close},
    {CHECK_NAMED(closing_with_undelivered_items_does_not_hang)},
    {CHECK_NAMED(what_is_over_a_limit_raises)},
    {CHECK_NAMED(shapes_and_ends_out_of_range_raise)},
    {CHECK_NAMED(a_waiter_costs_next_to_no_processor_time), does_not_block},
    {CHECK_NAMED(hands_over_without_a_futex_call_while_nobody_sleeps), has_no_waiting_policy},
    {CHECK_NAMED(a_consumer_killed_while_idle_loses_only_what_it_took), has_no_consumer_elsewhere},
    {CHECK_NAMED(a_waiting_survivor_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(a_worker_killed_anywhere_blocks_no_other), may_die_with_a_worker},
    {CHECK_NAMED(what_was_put_before_a_close_is_never_given_up)},
    {CHECK_NAMED(nobody_sleeps_through_what_he_waits_for), does_not_block},
    {CHECK_NAMED(its_size_is_within_its_capacity_while_others_work), is_unbounded},
    {CHECK_NAMED(batches_lose_and_double_nothing), has_no_batches},
    {CHECK_NAMED(a_batch_moves_what_fits), has_no_batches},
    {CHECK_NAMED(a_batch_wakes_as_many_as_it_has_items_for), has_no_batches},
    {CHECK_NAMED(join_returns_when_every_task_is_done), is_not_joinable},
    {CHECK_NAMED(join_waits_its_time), is_not_joinable},
    {CHECK_NAMED(one_task_done_too_many_raises), is_not_joinable},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(ten_thousand_queues_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), lies_elsewhere_too},
};

}  // namespace

bool add_queue_tests(const char* name, const QueueRow& row) {
  add_tests<QueueRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
