#include "tests/conformance/pipe_call_checks.hpp"

#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// A pipe whose both ends one worker holds.
class PipeWithEnds {
 public:
  explicit PipeWithEnds(const PipeRow& row) : pipe_(row, {.peers = Peers::threads}) {}

  void pass(unsigned n) {
    Bytes message = message_of(64, n);
    send_ok(*first_, message);
    expect_message(*second_, message);
  }

 private:
  PipeOnHeap pipe_;
  std::unique_ptr<AnyPipeEnd> first_ = pipe_.end(0);
  std::unique_ptr<AnyPipeEnd> second_ = pipe_.end(1);
};

}  // namespace

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
