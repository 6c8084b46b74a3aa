#pragma once

#include <vector>

#include "tests/conformance/process_row.hpp"

/// What holds when something dies, fails or goes on for long.
namespace handoff::conformance {

/// The rows by their numbers, which are the same in all processes of the test program.
std::vector<const ProcessRow*>& numbered_process_rows();

void daemons_end_with_their_parent(const ProcessRow& row, Peers peers);
void daemons_end_with_their_parent(const ProcessRow& row, Clock::duration patience);
void a_daemon_outlives_the_thread_that_started_it(const ProcessRow& row, Peers peers);
void what_is_no_daemon_outlives_its_parent(const ProcessRow& row, Peers peers);
void a_worker_learns_of_its_parents_death(const ProcessRow& row, Peers peers);
void a_worker_learns_of_its_parents_death(const ProcessRow& row, Clock::duration patience);
void workers_start_workers(const ProcessRow& row, Peers peers);
void a_handle_is_its_process_s_own(const ProcessRow& row, Peers peers);
void a_killed_server_is_started_again(const ProcessRow& row, Peers peers);
void a_killed_starter_leaves_nothing(const ProcessRow& row, Peers peers);
void a_killed_starter_leaves_nothing(const ProcessRow& row, Clock::duration patience);
void workers_that_nobody_joins_leave_no_zombie(const ProcessRow& row, Peers peers);
void workers_that_nobody_joins_leave_no_zombie(const ProcessRow& row, Clock::duration patience);
void other_threads_are_refused(const ProcessRow& row, Peers peers);

}  // namespace handoff::conformance
