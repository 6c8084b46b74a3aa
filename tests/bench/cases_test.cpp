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

TEST(Cases, pools_are_crowded_by_eight_workers_or_by_two_for_each_cpu) {
  auto crowded_on = [](const char* description) {
    harness::Topology topology = harness::Topology::synthetic(description);
    return Cases(topology).crowded_worker_counts();
  };
  EXPECT_EQ(crowded_on("package:1 core:1 pu:1"), (Counts{1, 2, 4, 8}));
  EXPECT_EQ(crowded_on("package:1 core:4 pu:1"), (Counts{1, 2, 4, 8}));
  EXPECT_EQ(crowded_on("package:1 core:8 pu:1"), (Counts{1, 2, 4, 8, 16}));
}

TEST(Cases, other_places_are_unpinned_and_scattered_where_that_is_elsewhere) {
  auto places_on = [](const char* description) {
    harness::Topology topology = harness::Topology::synthetic(description);
    std::vector<std::pair<harness::Place, std::size_t>> found;
    for (const harness::Placement& one : Cases(topology).other_places()) {
      found.emplace_back(one.place, one.cpus.size());
    }
    return found;
  };
  using Places = decltype(places_on(""));
  const std::pair unpinned{harness::Place::unpinned, std::size_t{2}};
  EXPECT_EQ(places_on("package:1 core:2 pu:1"), (Places{unpinned}));
  const Places of_sixteen{{harness::Place::scatter, 8}, {harness::Place::unpinned, 16}};
  EXPECT_EQ(places_on("package:2 l3:2 core:4 pu:1"), of_sixteen);
}

TEST(Cases, what_is_left_out_is_noted_once) {
  harness::Topology topology = harness::Topology::synthetic("package:1 core:1 pu:1");
  Cases cases(topology);
  for (const char* what : {"a: no server", "b: no server", "a: no server"}) cases.leave_out(what);
  EXPECT_EQ(cases.left_out(), (std::vector<std::string>{"a: no server", "b: no server"}));
}

}  // namespace
}  // namespace handoff::bench
