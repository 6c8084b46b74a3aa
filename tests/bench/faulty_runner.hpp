#pragma once

#include <functional>
#include <span>

#include "bench/task_map.hpp"

/// A runner that does wrong as it is told.
namespace handoff::bench {

/// Runs tasks as SerialRunner does, and has `meddle` change what came out.
class FaultyRunner {
 public:
  using Meddle = std::function<void(std::span<std::byte> results)>;

  explicit FaultyRunner(Meddle meddle) : meddle_(std::move(meddle)) {}

  template <auto F, class A, class R>
  void map(std::span<const A> arguments, std::span<R> results) {
    SerialRunner().map<F>(arguments, results);
    meddle_(std::as_writable_bytes(results));
  }

 private:
  Meddle meddle_;
};

/// A seat as the harness gives one, with what it refers to.
struct TestSeat {
  harness::LatencyRecorder recorder;
  harness::Report report;
  harness::Seat seat{.worker = 0, .recorder = recorder, .report = report, .also_account = {}};
};

}  // namespace handoff::bench
