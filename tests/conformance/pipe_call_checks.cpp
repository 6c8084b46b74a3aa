#include "tests/conformance/pipe_call_checks.hpp"

#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const PipeRow& row, Peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto pipe = std::make_shared<PipeWithEnds>(row);
      return [pipe](unsigned count) {
        for (unsigned n = 0; n < count; ++n) pipe->pass(n);
      };
    });
  });
}

}  // namespace handoff::conformance
