#include "tests/conformance/queue_call_checks.hpp"

#include "tests/conformance/queue_ends.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const QueueRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto queue = std::make_shared<QueueWithEnds>(row.small, peers);
      return [queue](unsigned count) {
        for (unsigned n = 0; n < count; ++n) queue->pass(n);
      };
    });
  });
}

}  // namespace handoff::conformance
