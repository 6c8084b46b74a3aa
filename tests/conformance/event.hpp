#pragma once

#include "tests/conformance/event_row.hpp"

/// The suite of the event family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (event_suite.cpp).
bool add_event_tests(const char* name, const EventRow& row);

#define INSTANTIATE_event_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_event_tests(#name, event_row<Row>())

}  // namespace handoff::conformance
