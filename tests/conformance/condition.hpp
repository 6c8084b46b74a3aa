#pragma once

#include "tests/conformance/condition_row.hpp"

/// The suite of the condition family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (condition_suite.cpp).
bool add_condition_tests(const char* name, const ConditionRow& row);

#define INSTANTIATE_condition_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_condition_tests(#name, condition_row<Row>())

}  // namespace handoff::conformance
