#pragma once

#include "tests/conformance/lock_row.hpp"

/// The suite of the lock family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (lock_suite.cpp).
bool add_lock_tests(const char* name, const LockRow& row);

#define INSTANTIATE_lock_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_lock_tests(#name, lock_row<Row>())

}  // namespace handoff::conformance
