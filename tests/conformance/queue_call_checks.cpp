#include "tests/conformance/queue_call_checks.hpp"

#include "tests/conformance/queue_ends.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// A queue whose both ends one worker holds.
class QueueWithEnds {
 public:
  QueueWithEnds(const QueueType& type, Peers peers) : queue_(type, {1, 1, peers}) {}

  void pass(std::uint64_t n) {
    require(in_->put(item_.of(0, n), never) == Status::ok, "a put failed");
    require(out_->get(item_.words(), never) == Status::ok, "a get failed");
  }

 private:
  QueueOnHeap queue_;
  std::unique_ptr<AnyProducer> in_ = queue_->producer(0);
  std::unique_ptr<AnyConsumer> out_ = queue_->consumer(0);
  Parcel item_ = queue_->parcel();
};

}  // namespace

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
