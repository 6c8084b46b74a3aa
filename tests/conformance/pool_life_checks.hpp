#pragma once

#include <unistd.h>

#include <chrono>

#include "tests/conformance/pool_checks.hpp"

/// What every pool promises, as functions that raise when it does not: start, end and death.
namespace handoff::conformance {

void close_lets_queued_tasks_finish(const PoolRow& row, Peers peers);
void terminate_with_ten_thousand_queued_tasks_returns(const PoolRow& row, Peers peers);
void join_before_close_raises(const PoolRow& row, Peers peers);
void a_pool_ends_beside_a_later_one(const PoolRow& row, Peers peers);
void destruction_with_work_in_flight_returns(const PoolRow& row, Peers peers);
void workers_are_replaced_after_so_many_tasks(const PoolRow& row, Peers peers);
void nothing_is_lost_when_workers_are_replaced(const PoolRow& row, Peers peers);
void a_replacement_whose_initializer_throws_fails_its_tasks(const PoolRow& row, Peers peers);
void ten_thousand_pools_leave_nothing(const PoolRow& row, Peers peers);
void nobody_else_can_open_it(const PoolRow& row, Peers peers);
void a_start_that_fails_half_way_raises_and_leaves_nothing(const PoolRow& row, Peers peers);
void idle_pools_use_no_processor_time(const PoolRow& row, Peers peers);

void a_worker_killed_while_idle_does_no_harm(const PoolRow& row, Peers peers);
void a_worker_killed_while_busy_fails_its_task_and_no_other(const PoolRow& row, Peers peers);
void workers_killed_at_any_time_fail_what_they_ran(const PoolRow& row, Peers peers);
void the_death_of_all_workers_is_told(const PoolRow& row, Peers peers);
void workers_end_when_the_submitter_is_killed(const PoolRow& row, Peers peers);

/// Ends this process when its scope is not left in time, so that a hang is seen early.
class Alarm {
 public:
  explicit Alarm(unsigned seconds) { alarm(sanitized || delayed ? 5 * seconds : seconds); }
  ~Alarm() { alarm(0); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
};

}  // namespace handoff::conformance
