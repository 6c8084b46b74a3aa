#pragma once

#include "tests/conformance/manager_row.hpp"

/// The suite of the manager family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (manager_suite.cpp).
bool add_manager_tests(const char* name, const ManagerRow& row);

#define INSTANTIATE_manager_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_manager_tests(#name, manager_row<Row>())

}  // namespace handoff::conformance
