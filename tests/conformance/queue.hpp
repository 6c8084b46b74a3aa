#pragma once

#include "tests/conformance/queue_row.hpp"

/// The suite of the queue family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (queue_suite.cpp).
bool add_queue_tests(const char* name, const QueueRow& row);

#define INSTANTIATE_queue_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_queue_tests(#name, queue_row<Row>())

}  // namespace handoff::conformance
