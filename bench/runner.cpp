#include "bench/runner.hpp"

#include <algorithm>
#include <set>

namespace handoff::bench {
namespace {

using harness::Probe;

/// The two CPUs whose cache line is probed beside a case: the first two different ones that its
/// workers are pinned to, else the first two that may be used.
std::optional<std::pair<int, int>> probed_pair(const Case& one) {
  std::vector<int> different;
  for (int cpu : one.cpus) {
    if (cpu < 0) continue;
    if (std::find(different.begin(), different.end(), cpu) == different.end()) {
      different.push_back(cpu);
    }
  }
  static const std::vector<int> usable = harness::Topology::this_machine().cpus();
  for (int cpu : usable) {
    if (different.size() >= 2) break;
    if (std::find(different.begin(), different.end(), cpu) == different.end()) {
      different.push_back(cpu);
    }
  }
  if (different.size() < 2) return std::nullopt;
  return std::pair{different[0], different[1]};
}

Observation observe_once(const Case& one, const Settings& settings,
                         const std::function<Probe(const Case&)>& probe) {
  Observation seen;
  seen.probe_before = probe(one);
  harness::SystemNoise before = harness::read_system_noise(one.cpus);
  seen.outcome = one.measure(settings);
  seen.noise = harness::read_system_noise(one.cpus).since(before);
  seen.probe_after = probe(one);
  return seen;
}

harness::CaseNoise noise_of(const Case& one, const Observation& seen) {
  std::set<int> pinned;
  for (int cpu : one.cpus) {
    if (cpu >= 0) pinned.insert(cpu);
  }
  return {.seconds = seen.outcome.seconds,
          .workers = static_cast<unsigned>(one.cpus.size()),
          .pinned_cpus = static_cast<unsigned>(pinned.size()),
          .involuntary_switches = seen.outcome.cost.involuntary_switches,
          .migrations = seen.outcome.migrations,
          .probe_moved = harness::probe_moved(seen.probe_before, seen.probe_after),
          .system = seen.noise};
}

void count_latencies(benchmark::UserCounters& counters, const harness::LatencyRecorder& latencies) {
  std::uint64_t samples = latencies.samples();
  if (samples == 0) return;
  counters["samples"] = static_cast<double>(samples);
  counters["min_ns"] = latencies.min();
  counters["p50_ns"] = latencies.percentile(0.5);
  counters["p90_ns"] = latencies.percentile(0.9);
  counters["p99_ns"] = latencies.percentile(0.99);
  counters["p999_ns"] = latencies.percentile(0.999);
  counters["max_ns"] = latencies.max();
}

void count_costs(benchmark::UserCounters& counters, const Outcome& outcome) {
  auto operations = static_cast<double>(outcome.operations);
  auto voluntary = static_cast<double>(outcome.cost.voluntary_switches);
  auto involuntary = static_cast<double>(outcome.cost.involuntary_switches);
  counters["cpu_ns_per_msg"] = static_cast<double>(outcome.cost.cpu_ns) / operations;
  counters["ctx_switches_per_msg"] = voluntary / operations;
  counters["invol_ctx_switches_per_msg"] = involuntary / operations;
  counters["ctx_switches"] = voluntary;
  counters["invol_ctx_switches"] = involuntary;
  counters["migrations"] = static_cast<double>(outcome.migrations);
}

void count_surroundings(benchmark::UserCounters& counters, const Case& one,
                        const Observation& seen) {
  constexpr double ns_per_ms = 1e6;
  harness::CaseNoise noise = noise_of(one, seen);
  if (seen.probe_before.measured) counters["probe_before_ns"] = seen.probe_before.round_trip_ns;
  if (seen.probe_after.measured) counters["probe_after_ns"] = seen.probe_after.round_trip_ns;
  counters["probe_moved"] = noise.probe_moved ? 1 : 0;
  counters["repeated"] = seen.repeated ? 1 : 0;
  counters["noisy"] = harness::judge_noise(noise).noisy ? 1 : 0;
  counters["steal_ms"] = static_cast<double>(seen.noise.steal_ns) / ns_per_ms;
  counters["throttled_ms"] = static_cast<double>(seen.noise.throttled_ns) / ns_per_ms;
  if (seen.noise.frequency_mhz) counters["frequency_mhz"] = *seen.noise.frequency_mhz;
}

}  // namespace

Probe probe_beside(const Case& one) {
  auto pair = probed_pair(one);
  return pair ? harness::probe_cache_line(pair->first, pair->second) : Probe{};
}

Observation observe(const Case& one, const Settings& settings,
                    const std::function<Probe(const Case&)>& probe) {
  Observation seen = observe_once(one, settings, probe);
  if (!harness::probe_moved(seen.probe_before, seen.probe_after)) return seen;
  seen = observe_once(one, settings, probe);
  seen.repeated = true;
  return seen;
}

void Runner::enlist(const Case& one) {
  benchmark::RegisterBenchmark(harness::to_string(one.name).c_str(),
                               [this, one](benchmark::State& state) { run(state, one); })
      ->UseManualTime()
      ->Unit(benchmark::kNanosecond);
}

void Runner::run(benchmark::State& state, const Case& one) {
  Observation seen;
  try {
    seen = observe(one, settings_);
  } catch (const std::exception& error) {
    (void)state.KeepRunning();  // one iteration here too
    state.SkipWithError(error.what());
    return;
  }
  const Outcome& outcome = seen.outcome;
  // The crew has done its work; Google Benchmark is told its result as one iteration, since it
  // wants the same number of them of every repetition.
  while (state.KeepRunning()) state.SetIterationTime(outcome.ns_per_operation * 1e-9);
  state.counters["operations"] = static_cast<double>(outcome.operations);
  state.counters["seconds"] = outcome.seconds;
  state.counters["msgs_per_s"] = 1e9 / outcome.ns_per_operation;
  if (one.bytes > 0) {
    state.counters["bytes_per_s"] = static_cast<double>(one.bytes) * 1e9 / outcome.ns_per_operation;
  }
  if (one.object_bytes > 0) state.counters["object_bytes"] = static_cast<double>(one.object_bytes);
  count_latencies(state.counters, outcome.latencies);
  count_costs(state.counters, outcome);
  count_surroundings(state.counters, one, seen);
  for (const auto& [name, value] : outcome.further) state.counters[name] = value;
  if (histograms_ != nullptr && outcome.latencies.samples() > 0) {
    write_histogram(one, outcome.latencies);
  }
}

void Runner::write_histogram(const Case& one, const harness::LatencyRecorder& latencies) {
  std::fprintf(histograms_, "{\"name\": \"%s\", \"subbucket_bits\": %u, \"counts\": [",
               harness::to_string(one.name).c_str(), harness::LatencyRecorder::subbucket_bits);
  const char* separator = "";
  for (std::size_t i = 0; i < harness::LatencyRecorder::buckets; ++i) {
    if (latencies.count(i) == 0) continue;
    std::fprintf(histograms_, "%s[%zu, %llu]", separator, i,
                 static_cast<unsigned long long>(latencies.count(i)));
    separator = ", ";
  }
  std::fprintf(histograms_, "]}\n");
  std::fflush(histograms_);
}

}  // namespace handoff::bench
