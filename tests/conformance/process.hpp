#pragma once

#include "tests/conformance/process_row.hpp"

/// The suite of the process family: every check over every row.
namespace handoff::conformance {

/// Registers the tests of one row (process_suite.cpp).
bool add_process_tests(const char* name, const ProcessRow& row);

#define INSTANTIATE_process_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_process_tests(#name, process_row<Row>())

}  // namespace handoff::conformance
