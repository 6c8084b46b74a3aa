#pragma once

#include "tests/conformance/queue_row.hpp"
#include "tests/conformance/workers.hpp"

/// What queues with batches promise about them, as functions that raise when they do not.
namespace handoff::conformance {

/// Also where one side puts or takes its items one by one.
void batches_lose_and_double_nothing(const QueueRow& row, Peers peers);
void batches_lose_and_double_nothing(const QueueRow& row, Peers peers, Clock::duration watchdog);

/// Waits for the first item only, and its time at most; after a close as single items do.
void a_batch_moves_what_fits(const QueueRow& row, Peers peers);

/// The watchdog is how long a consumer may sleep while there is an item for it.
void a_batch_wakes_as_many_as_it_has_items_for(const QueueRow& row, Peers peers);
void a_batch_wakes_as_many_as_it_has_items_for(const QueueRow& row, Peers peers,
                                               Clock::duration watchdog);

}  // namespace handoff::conformance
