#pragma once

#include "impl/common/status.hpp"
#include "tests/conformance/queue_row.hpp"

/// What queues promise about two things that happen at the same moment.
namespace handoff::conformance {

/// A get that has found nothing and then sees the close has to look again.
void what_was_put_before_a_close_is_never_given_up(const QueueRow& row, Peers peers);

/// For queues that block: whoever falls asleep just when what he waits for comes is woken.
void nobody_sleeps_through_what_he_waits_for(const QueueRow& row, Peers peers);
void nobody_sleeps_through_what_he_waits_for(const QueueRow& row, Peers peers,
                                             Clock::duration watchdog);

/// By another worker; a sanitizer sees a look without the lock.
void its_size_is_within_its_capacity_while_others_work(const QueueRow& row, Peers peers);

}  // namespace handoff::conformance
