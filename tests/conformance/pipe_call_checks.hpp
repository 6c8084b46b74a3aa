#pragma once

#include "tests/conformance/pipe_row.hpp"

namespace handoff::conformance {

/// As many for each message, sent and received, as it claims, when neither end has to wait.
void makes_the_system_calls_that_it_claims(const PipeRow& row, Peers peers);

}  // namespace handoff::conformance
