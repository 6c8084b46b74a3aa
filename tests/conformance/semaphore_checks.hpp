#pragma once

#include "tests/conformance/semaphore_row.hpp"

/// What every semaphore promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void counts_down_to_zero_and_no_further(const SemaphoreRow& row, Peers peers);
void a_try_at_zero_is_refused_at_once(const SemaphoreRow& row, Peers peers);
void release_may_exceed_the_start_value(const SemaphoreRow& row, Peers peers);
void a_bounded_one_refuses_to_exceed_its_start_value(const SemaphoreRow& row, Peers peers);
void a_timed_acquire_fails_after_its_time_and_not_before(const SemaphoreRow& row, Peers peers);
void value_is_exact_when_quiet(const SemaphoreRow& row, Peers peers);
void shapes_and_arguments_out_of_range_raise(const SemaphoreRow& row, Peers peers);
void a_release_over_the_limit_raises_and_changes_nothing(const SemaphoreRow& row, Peers peers);

/// How often a permit is had until one is refused; takes them.
std::size_t drained(AnySemaphoreHandle& handle);

}  // namespace handoff::conformance
