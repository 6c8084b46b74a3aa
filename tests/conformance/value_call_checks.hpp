#pragma once

#include "tests/conformance/value_row.hpp"

namespace handoff::conformance {

/// An addition takes as many system calls as the row's Info says.
void makes_the_system_calls_that_it_claims(const ValueRow& row, Peers peers);

}  // namespace handoff::conformance
