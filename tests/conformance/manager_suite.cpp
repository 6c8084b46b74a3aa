#include "tests/conformance/manager.hpp"
#include "tests/conformance/manager_checks.hpp"
#include "tests/conformance/manager_life_checks.hpp"
#include "tests/conformance/manager_limit_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string among_threads(const ManagerRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string as_for_processes(const ManagerRow&, Peers peers) {
  return peers == Peers::threads ? "is built in the same way for threads and for processes" : "";
}

std::string cannot_be_counted(const ManagerRow&, Peers) { return why_no_counting(); }

std::string without_a_server(const ManagerRow& row, Peers) {
  return row.has_servers ? "" : "has no server";
}

std::string without_a_protocol(const ManagerRow& row, Peers) {
  return row.has_own_protocol ? "" : "has no protocol of its own";
}

std::string maps_nothing(const ManagerRow& row, Peers) {
  return row.maps_memory ? "" : "its clients map nothing of ours";
}

std::string as_one_user(const ManagerRow&, Peers) { return why_no_other_user(); }

constexpr Check<ManagerRow> checks[] = {
    {CHECK_NAMED(what_was_never_set_is_empty)},
    {CHECK_NAMED(behaves_as_its_local_forms)},
    {CHECK_NAMED(values_of_all_sizes_and_bytes_come_back_whole)},
    {CHECK_NAMED(kinds_and_managers_share_no_names)},
    {CHECK_NAMED(what_one_worker_sets_all_others_see)},
    {CHECK_NAMED(a_namespace_has_attributes_by_name)},
    {CHECK_NAMED(eight_workers_lose_no_addition)},
    {CHECK_NAMED(eight_workers_append_everything_once_in_order)},
    {CHECK_NAMED(values_are_never_torn)},
    {CHECK_NAMED(one_worker_alone_erases_a_key)},
    {CHECK_NAMED(over_a_limit_raises_and_names_it)},
    {CHECK_NAMED(an_index_past_the_end_raises)},
    {CHECK_NAMED(a_sum_out_of_range_raises_and_changes_nothing)},
    {CHECK_NAMED(memory_is_bounded_and_given_back)},
    {CHECK_NAMED(other_users_are_refused), as_one_user},
    {CHECK_NAMED(malformed_requests_harm_only_their_sender), without_a_protocol},
    {CHECK_NAMED(a_client_that_takes_no_reply_holds_up_nobody), without_a_protocol},
    {CHECK_NAMED(building_and_dropping_leaks_nothing), as_for_processes},
    {CHECK_NAMED(clients_come_and_go_without_a_trace), as_for_processes},
    {CHECK_NAMED(each_client_maps_at_an_address_of_its_own), maps_nothing},
    {CHECK_NAMED(names_are_private_and_gone_afterwards)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
    {CHECK_NAMED(a_killed_server_leaves_no_name), without_a_server},
    {CHECK_NAMED(the_death_of_the_server_is_told), without_a_server},
    {CHECK_NAMED(what_killed_clients_held_is_free_again), among_threads},
    {CHECK_NAMED(a_client_killed_anywhere_blocks_no_other), among_threads},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
};

}  // namespace

bool add_manager_tests(const char* name, const ManagerRow& row) {
  add_tests<ManagerRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
