#pragma once

#include "impl/common/status.hpp"
#include "tests/conformance/queue_row.hpp"
#include "tests/conformance/workers.hpp"

/// What queues promise about closing, limits, cost and memory: each line a function that raises
/// when it is broken.
namespace handoff::conformance {

void after_close_puts_are_refused_and_gets_drain(const QueueRow& row, Peers peers);

/// For queues that promise it: whoever waits is woken by a close.
void close_wakes_whoever_waits(const QueueRow& row, Peers peers);
void close_wakes_whoever_waits(const QueueRow& row, Peers peers, Clock::duration watchdog);

void closing_with_undelivered_items_does_not_hang(const QueueRow& row, Peers peers);
void closing_with_undelivered_items_does_not_hang(const QueueRow& row, Peers peers,
                                                  Clock::duration watchdog);
/// By an error that names the queue, what was asked for, and the limit.
void what_is_over_a_limit_raises(const QueueRow& row, Peers peers);
void shapes_and_ends_out_of_range_raise(const QueueRow& row, Peers peers);

/// For queues that say that their waiters block.
void a_waiter_costs_next_to_no_processor_time(const QueueRow& row, Peers peers);

/// For queues that say that nobody asleep means no system call.
void hands_over_without_a_futex_call_while_nobody_sleeps(const QueueRow& row, Peers peers);

void ten_thousand_queues_leave_nothing(const QueueRow& row, Peers peers);
void nobody_else_can_open_it(const QueueRow& row, Peers peers);
void a_killed_user_leaves_no_name(const QueueRow& row, Peers peers);
/// `patience`: for names of others to go.
void a_killed_user_leaves_no_name(const QueueRow& row, Peers peers, Clock::duration patience);

/// For queues that lie in their own memory alone.
void works_through_two_mappings_at_different_addresses(const QueueRow& row, Peers peers);

}  // namespace handoff::conformance
