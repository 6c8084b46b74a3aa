#pragma once

#include "tests/conformance/manager_row.hpp"

/// How managers begin and end, and what their users see of each other's death: each line a function
/// that raises when it is broken.
namespace handoff::conformance {

void building_and_dropping_leaks_nothing(const ManagerRow& row, Peers peers);
void clients_come_and_go_without_a_trace(const ManagerRow& row, Peers peers);
void each_client_maps_at_an_address_of_its_own(const ManagerRow& row, Peers peers);
void names_are_private_and_gone_afterwards(const ManagerRow& row, Peers peers);
void a_killed_user_leaves_no_name(const ManagerRow& row, Peers peers);
/// `patience`: for names of others, a compiler's say, to go away.
void a_killed_user_leaves_no_name(const ManagerRow& row, Peers peers, Clock::duration patience);
void a_killed_server_leaves_no_name(const ManagerRow& row, Peers peers);
void the_death_of_the_server_is_told(const ManagerRow& row, Peers peers);
void what_killed_clients_held_is_free_again(const ManagerRow& row, Peers peers);
void a_client_killed_anywhere_blocks_no_other(const ManagerRow& row, Peers peers);
/// `patience`: how long it may take until it is known that they hang.
void a_client_killed_anywhere_blocks_no_other(const ManagerRow& row, Clock::duration patience);
void makes_the_system_calls_that_it_claims(const ManagerRow& row, Peers peers);

}  // namespace handoff::conformance
