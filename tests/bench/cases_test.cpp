#include "bench/cases.hpp"

#include <gtest/gtest.h>

namespace handoff::bench {
namespace {

using Counts = std::vector<unsigned>;

Counts counts_on(const char* description) {
  harness::Topology topology = harness::Topology::synthetic(description);
  return Cases(topology).worker_counts();
}

TEST(Cases, workers_are_doubled_from_one_to_four_or_to_one_for_each_cpu) {
  EXPECT_EQ(counts_on("package:1 core:1 pu:1"), (Counts{1, 2, 4}));
  EXPECT_EQ(counts_on("package:1 core:2 pu:1"), (Counts{1, 2, 4}));
  EXPECT_EQ(counts_on("package:1 core:6 pu:1"), (Counts{1, 2, 4}));
  EXPECT_EQ(counts_on("package:2 l3:2 core:4 pu:2"), (Counts{1, 2, 4, 8, 16, 32}));
  EXPECT_EQ(counts_on("package:2 l3:8 core:8 pu:2").back(), 256U);
}

}  // namespace
}  // namespace handoff::bench
