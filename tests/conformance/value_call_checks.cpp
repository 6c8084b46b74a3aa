#include "tests/conformance/value_call_checks.hpp"

#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/value_memory.hpp"

namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const ValueRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto value = std::make_shared<NumbersOnHeap>(row.numbers, ValueShape{1, peers});
      std::shared_ptr<AnyHandle<Number>> handle = value->handle(0);
      return [value, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) handle->add(1, n % length);
      };
    });
  });
}

}  // namespace handoff::conformance
