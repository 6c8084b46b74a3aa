#pragma once

#include <memory>

#include "tests/conformance/signal_row.hpp"

/// How messengers, alarms and watchers begin and end, each line a function that raises when it is
/// broken. `patience`: how long names of others may take to go away.
namespace handoff::conformance {

template <class Row>
void shapes_and_workers_out_of_range_raise(const Row& row, Peers peers);
template <class Row>
void puts_back_the_mask_and_the_actions(const Row& row, Peers peers);
template <class Row>
void ten_thousand_leave_nothing(const Row& row, Peers peers);
template <class Row>
void nobody_else_can_open_it(const Row& row, Peers peers);
template <class Row>
void a_killed_user_leaves_no_name(const Row& row, Peers peers);
template <class Row>
void a_killed_user_leaves_no_name(const Row& row, Clock::duration patience);

}  // namespace handoff::conformance
