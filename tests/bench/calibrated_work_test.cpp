#include "bench/calibrated_work.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/clock.hpp"

namespace handoff::bench {
namespace {

/// The fastest of some runs: others may have had the CPU taken away.
template <std::int64_t nanoseconds>
double length_of_task() {
  constexpr int runs = 50;
  due_chain<nanoseconds>(0);
  double fastest = 1e18;
  for (std::uint32_t run = 0; run < runs; ++run) {
    const std::int64_t begin = harness::now_ns();
    const std::uint32_t answer = chain_task<nanoseconds>(run);
    fastest = std::min(fastest, static_cast<double>(harness::now_ns() - begin));
    EXPECT_EQ(answer, due_chain<nanoseconds>(run));
  }
  return fastest;
}

/// A processor may change its speed between the calibration and the run, by so much at most.
constexpr double tolerance = 3;

TEST(CalibratedWork, takes_as_long_as_it_says) {
  for (auto [took, due] :
       {std::pair{length_of_task<10'000>(), 1e4}, std::pair{length_of_task<100'000>(), 1e5},
        std::pair{length_of_task<1'000'000>(), 1e6}}) {
    EXPECT_GT(took, due / tolerance);
    EXPECT_LT(took, due * tolerance);
  }
}

TEST(CalibratedWork, answers_differ_between_variants_and_lengths) {
  std::set<std::uint32_t> answers;
  for (std::uint32_t task = 0; task < chain_variants; ++task) {
    answers.insert(due_chain<1'000>(task));
    answers.insert(due_chain<10'000>(task));
  }
  EXPECT_EQ(answers.size(), 2 * chain_variants);
}

TEST(CalibratedWork, needs_every_step) {
  EXPECT_EQ(run_chain(run_chain(1, 7), 5), run_chain(1, 12));
  EXPECT_NE(run_chain(1, 11), run_chain(1, 12));
}

}  // namespace
}  // namespace handoff::bench
