#include "bench/runner.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

namespace handoff::bench {
namespace {

/// Keeps what Google Benchmark reports.
class Kept : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    all.insert(all.end(), runs.begin(), runs.end());
  }
  std::vector<Run> all;
};

/// Each of its slices holds other numbers of operations, as real ones do; one of them fails.
Case case_of_several_slices(std::vector<std::uint64_t> operations, std::size_t failing) {
  Case one;
  one.name = harness::parse_case_name("value/fake/add/peers:threads");
  one.cpus = {-1};
  auto slice = std::make_shared<std::size_t>(0);
  one.measure = [operations = std::move(operations), failing, slice](const Settings&) {
    std::size_t n = (*slice)++;
    if (n == failing) throw std::runtime_error("the milk is sour");
    Outcome outcome;
    outcome.operations = operations.at(n);
    outcome.seconds = 0.01;
    outcome.ns_per_operation = 10.0 * static_cast<double>(n + 1);
    return outcome;
  };
  return one;
}

std::vector<benchmark::BenchmarkReporter::Run> repeated(const Case& one) {
  benchmark::ClearRegisteredBenchmarks();
  Runner runner({.slice_ns = 1'000'000}, nullptr);
  runner.enlist(one);
  Kept reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  std::erase_if(reporter.all, [](const auto& run) {
    return run.run_type == benchmark::BenchmarkReporter::Run::RT_Aggregate;
  });
  return reporter.all;
}

class RunnerRepeats : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    // With one CPU there is no probe, which on a busy machine has a slice measured once more.
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
    char program[] = "runner_test";
    char repetitions[] = "--benchmark_repetitions=3";
    char no_minimum[] = "--benchmark_min_time=0";
    char* arguments[] = {program, repetitions, no_minimum, nullptr};
    int count = 3;
    benchmark::Initialize(&count, arguments);
  }
};

TEST_F(RunnerRepeats, a_case_whose_slices_hold_different_numbers_of_operations) {
  auto runs = repeated(case_of_several_slices({1000, 7, 123456}, 3));
  ASSERT_EQ(runs.size(), 3U);
  for (std::size_t n = 0; n < runs.size(); ++n) {
    EXPECT_NEAR(runs[n].GetAdjustedRealTime(), 10.0 * static_cast<double>(n + 1), 1e-6);
  }
  EXPECT_EQ(runs[2].counters.at("operations").value, 123456);
}

TEST_F(RunnerRepeats, a_case_that_fails_once) {
  auto runs = repeated(case_of_several_slices({1000, 7, 123456}, 1));
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_FALSE(runs[0].error_occurred);
  EXPECT_TRUE(runs[1].error_occurred);
  EXPECT_NE(runs[1].error_message.find("the milk is sour"), std::string::npos);
  EXPECT_FALSE(runs[2].error_occurred);
}

/// Probes that find these round trips in turn, in nanoseconds; 0: could not be measured.
std::function<harness::Probe(const Case&)> probes_of(std::vector<double> round_trips) {
  auto next = std::make_shared<std::size_t>(0);
  return [round_trips = std::move(round_trips), next](const Case&) {
    double ns = round_trips.at((*next)++);
    return harness::Probe{.round_trip_ns = ns, .measured = ns > 0};
  };
}

Observation observed(std::vector<double> round_trips) {
  constexpr std::size_t none = 99;
  return observe(case_of_several_slices({1, 2}, none), {}, probes_of(std::move(round_trips)));
}

TEST(Observe, measures_once_where_the_probe_stays_in_its_mode) {
  Observation seen = observed({50, 60});
  EXPECT_EQ(seen.outcome.operations, 1U);
  EXPECT_FALSE(seen.repeated);
  EXPECT_EQ(seen.probe_before.round_trip_ns, 50);
  EXPECT_EQ(seen.probe_after.round_trip_ns, 60);
}

TEST(Observe, measures_once_more_and_keeps_that_where_the_probe_moves) {
  Observation seen = observed({50, 90, 87, 88});
  EXPECT_EQ(seen.outcome.operations, 2U);
  EXPECT_TRUE(seen.repeated);
  EXPECT_EQ(seen.probe_before.round_trip_ns, 87);
  EXPECT_EQ(seen.probe_after.round_trip_ns, 88);
}

TEST(Observe, measures_no_third_time) {
  Observation seen = observed({50, 90, 50, 90});
  EXPECT_EQ(seen.outcome.operations, 2U);
  EXPECT_TRUE(seen.repeated);
  EXPECT_TRUE(harness::probe_moved(seen.probe_before, seen.probe_after));
}

TEST(Observe, measures_once_more_where_a_probe_could_be_measured_only_once) {
  EXPECT_TRUE(observed({50, 0, 50, 50}).repeated);
  EXPECT_FALSE(observed({0, 0}).repeated);
}

}  // namespace
}  // namespace handoff::bench
