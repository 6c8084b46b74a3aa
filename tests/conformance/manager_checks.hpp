#pragma once

#include "tests/conformance/manager_row.hpp"

/// What every manager promises, each line a function that raises when it is broken.
namespace handoff::conformance {

void what_was_never_set_is_empty(const ManagerRow& row, Peers peers);
void behaves_as_its_local_forms(const ManagerRow& row, Peers peers);
void values_of_all_sizes_and_bytes_come_back_whole(const ManagerRow& row, Peers peers);
void kinds_and_managers_share_no_names(const ManagerRow& row, Peers peers);
void what_one_worker_sets_all_others_see(const ManagerRow& row, Peers peers);
void a_namespace_has_attributes_by_name(const ManagerRow& row, Peers peers);

void eight_workers_lose_no_addition(const ManagerRow& row, Peers peers);
void eight_workers_append_everything_once_in_order(const ManagerRow& row, Peers peers);
void values_are_never_torn(const ManagerRow& row, Peers peers);
void one_worker_alone_erases_a_key(const ManagerRow& row, Peers peers);

}  // namespace handoff::conformance
