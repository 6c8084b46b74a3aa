#pragma once

#include "tests/conformance/queue_row.hpp"
#include "tests/conformance/workers.hpp"

/// What queues promise about the items that pass through them: each line a function that raises
/// when it is broken.
namespace handoff::conformance {

void items_of_one_producer_arrive_once_and_in_order(const QueueRow& row, Peers peers);
void large_items_arrive_whole(const QueueRow& row, Peers peers);
void many_producers_and_consumers_lose_and_double_nothing(const QueueRow& row, Peers peers);
/// Of one and of many producers and consumers, each of which waits in another way each time.
void mixed_waiting_forms_lose_and_double_nothing(const QueueRow& row, Peers peers);
void mixed_waiting_forms_lose_and_double_nothing(const QueueRow& row, Peers peers,
                                                 Clock::duration watchdog);

void is_full_and_empty_at_its_capacity(const QueueRow& row, Peers peers);
void is_not_empty_right_after_a_put(const QueueRow& row, Peers peers);
void timed_forms_wait_their_time_and_no_others_do(const QueueRow& row, Peers peers);

}  // namespace handoff::conformance
