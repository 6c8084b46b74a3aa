#pragma once

#include "tests/conformance/pool_row.hpp"

/// The suite of the pool family: every check over every row, each in a process of its own.
namespace handoff::conformance {

/// Registers the tests of one row (pool_suite.cpp).
bool add_pool_tests(const char* name, const PoolRow& row);

#define INSTANTIATE_pool_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_pool_tests(#name, pool_row<Row>())

}  // namespace handoff::conformance
