#pragma once

#include "tests/conformance/semaphore_row.hpp"

/// The suite of the semaphore family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (semaphore_suite.cpp).
bool add_semaphore_tests(const char* name, const SemaphoreRow& row);

#define INSTANTIATE_semaphore_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_semaphore_tests(#name, semaphore_row<Row>())

}  // namespace handoff::conformance
