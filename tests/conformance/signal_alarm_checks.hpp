#pragma once

#include "tests/conformance/signal_row.hpp"

/// What every alarm promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void goes_off_once_after_its_time(const AlarmRow& row, Peers peers);
void a_time_that_has_passed_is_due_at_once(const AlarmRow& row, Peers peers);
void a_wait_fails_after_its_time_and_not_before(const AlarmRow& row, Peers peers);
void a_cancelled_alarm_does_not_go_off(const AlarmRow& row, Peers peers);
void another_time_replaces_the_one_before(const AlarmRow& row, Peers peers);
void each_worker_has_its_own(const AlarmRow& row, Peers peers);
void a_wait_goes_on_after_signals(const AlarmRow& row, Peers peers);
void who_sleeps_costs_no_processor_time(const AlarmRow& row, Peers peers);
void makes_the_system_calls_that_it_claims(const AlarmRow& row, Peers peers);

}  // namespace handoff::conformance
