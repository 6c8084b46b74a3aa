#pragma once

#include "tests/conformance/file_row.hpp"

/// The suite of the file family: every check over every row, for threads and for processes.
namespace handoff::conformance {

/// Registers the tests of one row (file_suite.cpp).
bool add_file_tests(const char* name, const FileRow& row);

#define INSTANTIATE_file_CONFORMANCE(name, Row) \
  [[maybe_unused]] const bool name##_added = add_file_tests(#name, file_row<Row>())

}  // namespace handoff::conformance
