#include "bench/runner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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

}  // namespace
}  // namespace handoff::bench
