#pragma once

#include "tests/conformance/condition_row.hpp"

/// What conditions promise to those who wait and notify: each line a function that raises when it
/// is broken.
namespace handoff::conformance {

void notify_wakes_exactly_one_of_mixed_waiters(const ConditionRow& row, Peers peers);
void notify_of_n_wakes_n(const ConditionRow& row, Peers peers);
void notify_of_n_wakes_n(const ConditionRow& row, Peers peers, Clock::duration watchdog);
void notify_all_wakes_all(const ConditionRow& row, Peers peers);
void notify_all_wakes_all(const ConditionRow& row, Peers peers, Clock::duration watchdog);
void a_notification_without_waiters_has_no_later_effect(const ConditionRow& row, Peers peers);
void who_waits_after_a_notification_is_not_woken_by_it(const ConditionRow& row, Peers peers);
void waiters_whose_time_is_over_leave_nothing_behind(const ConditionRow& row, Peers peers);
void waiters_whose_time_is_over_leave_nothing_behind(const ConditionRow& row, Peers peers,
                                                     Clock::duration watchdog);
void a_timed_wait_ends_after_its_time_and_not_before(const ConditionRow& row, Peers peers);
void wait_for_asks_its_predicate_again(const ConditionRow& row, Peers peers);
void wait_for_honours_the_total_time(const ConditionRow& row, Peers peers);

}  // namespace handoff::conformance
