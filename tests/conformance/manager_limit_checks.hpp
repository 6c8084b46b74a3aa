#pragma once

#include "tests/conformance/manager_row.hpp"

/// What every manager refuses, each line a function that raises when it does not.
namespace handoff::conformance {

void over_a_limit_raises_and_names_it(const ManagerRow& row, Peers peers);
void an_index_past_the_end_raises(const ManagerRow& row, Peers peers);
void a_sum_out_of_range_raises_and_changes_nothing(const ManagerRow& row, Peers peers);
void memory_is_bounded_and_given_back(const ManagerRow& row, Peers peers);
void other_users_are_refused(const ManagerRow& row, Peers peers);
/// Why this process cannot pretend to be another user; empty where it can.
std::string why_no_other_user();
void malformed_requests_harm_only_their_sender(const ManagerRow& row, Peers peers);
void a_client_that_takes_no_reply_holds_up_nobody(const ManagerRow& row, Peers peers);

}  // namespace handoff::conformance
