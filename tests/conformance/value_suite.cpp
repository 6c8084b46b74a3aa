#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/value.hpp"
#include "tests/conformance/value_call_checks.hpp"
#include "tests/conformance/value_checks.hpp"
#include "tests/conformance/value_life_checks.hpp"

namespace handoff::conformance {
namespace {

std::string without_wide_types(const ValueRow& row, Peers) {
  return row.wides ? "" : "does not take wide types";
}

std::string without_a_lock(const ValueRow& row, Peers) { return row.locked ? "" : "has no lock"; }

std::string among_threads(const ValueRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

/// All of a value lies in its own memory when it is not behind a pointer or a descriptor.
std::string not_in_its_own_memory(const ValueRow& row, Peers) {
  if (row.info.reach == Reach::threads) return "for threads only";
  return row.numbers.bytes < sizeof(Number) * length ? "lies elsewhere" : "";
}

std::string cannot_be_counted(const ValueRow&, Peers) { return why_no_counting(); }

constexpr Check<ValueRow> checks[] = {
    {CHECK_NAMED(starts_filled_with_zeros_also_in_used_memory)},
    {CHECK_NAMED(writes_are_visible_to_the_other_workers_afterwards)},
    {CHECK_NAMED(eight_workers_lose_no_addition)},
    {CHECK_NAMED(a_value_of_one_element_loses_no_change)},
    {CHECK_NAMED(no_two_updates_see_the_same_element)},
    {CHECK_NAMED(reading_and_then_writing_loses_updates)},
    {CHECK_NAMED(wide_values_are_never_torn), without_wide_types},
    {CHECK_NAMED(slices_of_locked_values_are_never_torn), without_a_lock},
    {CHECK_NAMED(slices_reach_the_elements_that_they_name)},
    {CHECK_NAMED(elements_and_slices_out_of_range_raise)},
    {CHECK_NAMED(an_update_that_throws_changes_nothing_and_lets_go)},
    {CHECK_NAMED(elements_are_aligned_as_their_type_asks), without_wide_types},
    {CHECK_NAMED(values_side_by_side_never_overlap)},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(ten_thousand_values_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), not_in_its_own_memory},
    {CHECK_NAMED(a_survivor_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_value_tests(const char* name, const ValueRow& row) {
  add_tests<ValueRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
