#pragma once

#include <benchmark/benchmark.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bench/cases.hpp"
#include "harness/noise.hpp"
#include "harness/probe.hpp"

namespace handoff::bench {

/// A case's outcome with what surrounded it.
struct Observation {
  Outcome outcome;
  harness::Probe probe_before;
  harness::Probe probe_after;
  harness::SystemNoise noise;
  bool repeated = false;
};

/// The cache line between the two CPUs of a case, or between two others where it has not two.
harness::Probe probe_beside(const Case& one);

/// Runs a case between two probes; once more when the probe has changed mode meanwhile.
Observation observe(const Case& one, const Settings& settings,
                    const std::function<harness::Probe(const Case&)>& probe = probe_beside);

/// Registers every case with Google Benchmark, which then calls it as often as it is told.
class Runner {
 public:
  /// `histograms`: where the latencies of each case go, a JSON line each; may be null.
  Runner(const Settings& settings, std::FILE* histograms)
      : settings_(settings), histograms_(histograms) {}
  void enlist(const Case& one);

 private:
  void run(benchmark::State& state, const Case& one);
  void write_histogram(const Case& one, const harness::LatencyRecorder& latencies);

  Settings settings_;
  std::FILE* histograms_;
};

}  // namespace handoff::bench
