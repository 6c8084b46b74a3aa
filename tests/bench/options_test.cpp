#include "bench/options.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace handoff::bench {
namespace {

TEST(Options, takes_its_own_flags_and_leaves_the_others) {
  std::vector<std::string> arguments{"--handoff_seed=7", "--benchmark_filter=x",
                                     "--handoff_slice_ms=2.5", "--handoff_launch=3"};
  Options options = take_options(arguments);
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.launch, 3U);
  EXPECT_DOUBLE_EQ(options.slice_ms, 2.5);
  EXPECT_EQ(arguments, std::vector<std::string>{"--benchmark_filter=x"});
}

TEST(Options, takes_google_benchmarks_minimal_time_as_the_slice) {
  std::vector<std::string> arguments{"--benchmark_min_time=0.02"};
  EXPECT_DOUBLE_EQ(take_options(arguments).slice_ms, 20);
  EXPECT_TRUE(arguments.empty());
}

TEST(Options, raises_on_what_it_does_not_understand) {
  for (const char* wrong :
       {"--handoff_seed=", "--handoff_seed=x", "--handoff_slice_ms=0", "--handoff_slice_ms=1e9",
        "--handoff_sed=1", "--handoff_cases=/nonexistent/file"}) {
    std::vector<std::string> arguments{wrong};
    EXPECT_THROW(take_options(arguments), std::invalid_argument) << wrong;
  }
}

}  // namespace
}  // namespace handoff::bench
