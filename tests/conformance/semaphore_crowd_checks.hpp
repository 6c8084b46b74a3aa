#pragma once

#include "tests/conformance/semaphore_row.hpp"

/// What several workers see of a semaphore: each line a function that raises when it is broken.
namespace handoff::conformance {

void an_acquire_at_zero_waits_for_a_release(const SemaphoreRow& row, Peers peers);
void a_timed_acquire_gets_what_is_released_in_time(const SemaphoreRow& row, Peers peers);
void permits_admit_that_many_at_once_and_no_more(const SemaphoreRow& row, Peers peers);
void a_release_of_several_lets_in_as_many(const SemaphoreRow& row, Peers peers);
void hand_overs_lose_no_wake_up_and_show_what_was_done(const SemaphoreRow& row, Peers peers);
void givers_and_takers_lose_and_double_nothing(const SemaphoreRow& row, Peers peers);
void of_many_releases_for_one_taken_permit_one_succeeds(const SemaphoreRow& row, Peers peers);
void a_wait_goes_on_after_signals(const SemaphoreRow& row, Peers peers);
void who_sleeps_costs_no_processor_time(const SemaphoreRow& row, Peers peers);

}  // namespace handoff::conformance
