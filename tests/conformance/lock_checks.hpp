#pragma once

#include "tests/conformance/lock_row.hpp"

/// What every lock promises to those who use it, each line a function that raises when it is
/// broken.
namespace handoff::conformance {

void a_second_try_is_refused(const LockRow& row, Peers peers);
void serves_scope_guards(const LockRow& row, Peers peers);
void locks_side_by_side_are_independent(const LockRow& row, Peers peers);
void shapes_and_workers_out_of_range_raise(const LockRow& row, Peers peers);
void a_wait_goes_on_after_a_signal(const LockRow& row, Peers peers);
void a_waiter_costs_next_to_no_processor_time(const LockRow& row, Peers peers);

// Of checked ones:
void releasing_an_unheld_lock_raises(const LockRow& row, Peers peers);
void releasing_what_another_holds_is_refused(const LockRow& row, Peers peers);

// Of recursive ones:
void a_recursive_lock_nests(const LockRow& row, Peers peers);
void one_release_too_many_raises(const LockRow& row, Peers peers);

// Of timed ones:
void a_timed_acquire_fails_after_its_time_and_not_before(const LockRow& row, Peers peers);
void a_timed_acquire_gets_what_is_released_in_time(const LockRow& row, Peers peers);
void a_deadline_that_has_passed_tries_once(const LockRow& row, Peers peers);

}  // namespace handoff::conformance
