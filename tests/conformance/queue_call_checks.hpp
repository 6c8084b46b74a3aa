#pragma once

#include "tests/conformance/queue_row.hpp"

namespace handoff::conformance {

/// As many for each item, put and taken, as it claims, when neither end has to wait.
void makes_the_system_calls_that_it_claims(const QueueRow& row, Peers peers);

}  // namespace handoff::conformance
