#pragma once

#include "tests/conformance/file_row.hpp"

namespace handoff::conformance {

/// A record appended takes as many system calls as the row's Info says.
void makes_the_system_calls_that_it_claims(const FileRow& row, Peers peers);

}  // namespace handoff::conformance
