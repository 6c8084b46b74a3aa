#pragma once

#include "tests/conformance/process_row.hpp"

/// What is given to a worker, and what its handle knows.
namespace handoff::conformance {

void it_knows_its_name_and_whether_it_is_a_daemon(const ProcessRow& row, Peers peers);
void large_and_aligned_arguments_arrive_whole(const ProcessRow& row, Peers peers);
void senseless_orders_raise_and_start_nothing(const ProcessRow& row, Peers peers);
void destroying_a_handle_waits_kills_or_lets_go(const ProcessRow& row, Peers peers);
void its_processor_time_is_known_after_its_end(const ProcessRow& row, Peers peers);

}  // namespace handoff::conformance
