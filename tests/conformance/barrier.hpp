#pragma once

#include "tests/conformance/barrier_row.hpp"

/// The suite of the barrier family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (barrier_suite.cpp).
bool add_barrier_tests(const char* name, const BarrierRow& row);

#define INSTANTIATE_barrier_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_barrier_tests(#name, barrier_row<Row>())

}  // namespace handoff::conformance
