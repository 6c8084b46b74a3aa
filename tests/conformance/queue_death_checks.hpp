#pragma once

#include "impl/common/status.hpp"
#include "tests/conformance/queue_row.hpp"

/// What queues promise about deaths.
namespace handoff::conformance {

/// For many consumers: one that is killed between two gets takes nothing with it.
void a_consumer_killed_while_idle_loses_only_what_it_took(const QueueRow& row, Peers peers);

/// For queues of one producer and one consumer: who waits when the other one is killed is told by
/// an error, or hangs, as is claimed.
void a_waiting_survivor_sees_what_is_claimed(const QueueRow& row, Peers peers);
void a_waiting_survivor_sees_what_is_claimed(const QueueRow& row, Clock::duration patience);

/// For queues that say so: kills a process that puts and gets, at any moment, and goes on.
void a_worker_killed_anywhere_blocks_no_other(const QueueRow& row, Peers peers);
void a_worker_killed_anywhere_blocks_no_other(const QueueRow& row, Clock::duration watchdog);

}  // namespace handoff::conformance
