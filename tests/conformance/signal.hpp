#pragma once

#include "tests/conformance/signal_row.hpp"

/// The suites of the signal family: every check that a row's kind has, for threads and for
/// processes.
namespace handoff::conformance {

/// Registers the tests of one row (signal_suite.cpp).
bool add_signal_tests(const char* name, const MessengerRow& row);
bool add_signal_tests(const char* name, const AlarmRow& row);
bool add_signal_tests(const char* name, const WatcherRow& row);

#define INSTANTIATE_signal_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_signal_tests(#name, signal_row<Row>())

}  // namespace handoff::conformance
