#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>

#include "bench/cpython.hpp"
#include "bench/list.hpp"
#include "bench/options.hpp"
#include "bench/python_process.hpp"
#include "bench/runner.hpp"
#include "harness/clock.hpp"
#include "harness/copy_cost.hpp"
#include "harness/environment.hpp"
#include "impl/process/worker_main.hpp"

namespace handoff::bench {
namespace {

constexpr int exit_usage = 2;

std::vector<Case> selected(const Cases& cases, const Options& options) {
  std::vector<Case> chosen;
  for (const Case& one : cases.all()) {
    if (!options.cases || options.cases->contains(harness::to_string(one.name))) {
      chosen.push_back(one);
    }
  }
  if (options.seed != 0) {
    // Each launch has an order of its own, which seed and launch reproduce.
    std::seed_seq both{options.seed, std::uint64_t{options.launch}};
    std::mt19937_64 random(both);
    std::shuffle(chosen.begin(), chosen.end(), random);
  }
  return chosen;
}

std::string absent_placements(const harness::Topology& topology) {
  std::string text;
  for (const harness::Placement& placement : harness::all_placements(topology, 2)) {
    if (placement.exists()) continue;
    if (!text.empty()) text += "; ";
    text.append(to_string(placement.place)).append(": ").append(placement.absent);
  }
  return text;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : "; ") + one;
  return text;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void describe_copies(const std::string& key, const harness::CopyCost& cost) {
  benchmark::AddCustomContext(key + "_16KiB_ns", number(cost.to_page_ns));
  benchmark::AddCustomContext(key + "_16KiB_displaced_ns", number(cost.displaced_ns));
}

void describe_run(const Cases& cases, const Options& options) {
  const harness::Topology& topology = cases.topology();
  for (const auto& [key, value] : harness::read_environment(topology)) {
    benchmark::AddCustomContext(key, value);
  }
  benchmark::AddCustomContext("clock_cost_ns", number(harness::clock_facts().cost_ns));
  benchmark::AddCustomContext("clock_resolution_ns", number(harness::clock_facts().resolution_ns));
  describe_copies("memcpy", harness::copy_facts().by_memcpy);
  describe_copies("read", harness::copy_facts().by_read);
  benchmark::AddCustomContext("cpython", python_version());
  benchmark::AddCustomContext("slice_ms", number(options.slice_ms));
  benchmark::AddCustomContext("seed", std::to_string(options.seed));
  benchmark::AddCustomContext("launch", std::to_string(options.launch));
  benchmark::AddCustomContext("absent_placements", absent_placements(topology));
  if (!cases.left_out().empty()) {
    benchmark::AddCustomContext("absent_cases", joined(cases.left_out()));
  }
}

/// What is left after our flags goes to Google Benchmark; false when it does not know one either.
bool pass_on(char* program, std::vector<std::string> arguments) {
  // A slice is one call of a case; Google Benchmark must not call it again to fill a time.
  arguments.insert(arguments.begin(), {program, "--benchmark_min_time=0"});
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.front() = program;  // Google Benchmark keeps this one for its context
  auto count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  return !benchmark::ReportUnrecognizedArguments(count, pointers.data());
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File open_histograms(const std::string& path) {
  // e: children that are exec'ed do not inherit it.
  File file(path.empty() ? nullptr : std::fopen(path.c_str(), "we"), std::fclose);
  if (!path.empty() && !file) throw_errno("--handoff_histograms: " + path);
  return file;
}

int run(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  Options options = take_options(arguments);
  if (options.help) std::fputs(options_help, stdout);

  harness::Topology topology = harness::Topology::this_machine();
  Cases cases(topology);
  add_rows(cases);
  add_cpython(cases, HANDOFF_FAMILY);
  if (options.list) {
    std::fputs(list_json(HANDOFF_FAMILY, cases.rows()).c_str(), stdout);
    return EXIT_SUCCESS;
  }
  std::vector<Case> chosen = selected(cases, options);
  if (options.names) {
    for (const Case& one : chosen) std::puts(harness::to_string(one.name).c_str());
    return EXIT_SUCCESS;
  }
  if (!pass_on(basename(argv[0]), arguments)) return exit_usage;  // a result names no folder
  describe_run(cases, options);

  constexpr double ns_per_ms = 1e6;
  File histograms = open_histograms(options.histograms);
  Runner runner({.slice_ns = static_cast<std::int64_t>(options.slice_ms * ns_per_ms)},
                histograms.get());
  for (const Case& one : chosen) runner.enlist(one);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace handoff::bench

int main(int argc, char** argv) {
  if (auto code = handoff::worker_main(argc, argv)) return *code;
  try {
    return handoff::bench::run(argc, argv);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return handoff::bench::exit_usage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return EXIT_FAILURE;
  }
}
