#pragma once

#include "tests/conformance/queue_row.hpp"
#include "tests/conformance/workers.hpp"

/// What joinable queues promise about tasks that are done, as functions that raise when they do
/// not.
namespace handoff::conformance {

/// join() returns when task_done() has been called for each item, and not before. The watchdog is
/// how long a joiner may sleep.
void join_returns_when_every_task_is_done(const QueueRow& row, Peers peers);
void join_returns_when_every_task_is_done(const QueueRow& row, Peers peers,
                                          Clock::duration watchdog);

/// Also with times of zero and less, and without tasks.
void join_waits_its_time(const QueueRow& row, Peers peers);

/// Also after puts that found no room, which are no tasks.
void one_task_done_too_many_raises(const QueueRow& row, Peers peers);

}  // namespace handoff::conformance
