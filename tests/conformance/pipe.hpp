#pragma once

#include "tests/conformance/pipe_row.hpp"

/// The suite of the pipe family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (pipe_suite.cpp).
bool add_pipe_tests(const char* name, const PipeRow& row);

#define INSTANTIATE_pipe_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_pipe_tests(#name, pipe_row<Row::type>())

}  // namespace handoff::conformance
