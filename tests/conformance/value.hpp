#pragma once

#include "tests/conformance/value_row.hpp"

/// The suite of the value family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (value_suite.cpp).
bool add_value_tests(const char* name, const ValueRow& row);

#define INSTANTIATE_value_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_value_tests(#name, value_row<Row>())

}  // namespace handoff::conformance
