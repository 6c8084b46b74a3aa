#include "tests/conformance/file_call_checks.hpp"

#include "tests/conformance/file_memory.hpp"
#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

void makes_the_system_calls_that_it_claims(const FileRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto file = std::make_shared<SharedFile>(row, FileShape{.workers = 1, .peers = peers});
      std::shared_ptr<AnyAppender> appender = file->appender(0);
      return [file, appender](unsigned count) {
        for (unsigned n = 0; n < count; ++n) appender->append(record_of(0, n, 64));
      };
    });
  });
}

}  // namespace handoff::conformance
