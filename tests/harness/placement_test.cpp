#include "harness/placement.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <thread>

namespace {

/// Some sandboxes accept sched_setaffinity and do nothing.
thread_local bool affinity_is_ignored = false;

}  // namespace

/// Stands before the C library's function in this executable.
extern "C" int sched_setaffinity(pid_t thread, size_t bytes, const cpu_set_t* mask) noexcept {
  if (affinity_is_ignored) return 0;
  return static_cast<int>(syscall(SYS_sched_setaffinity, thread, bytes, mask));
}

namespace handoff::harness {
namespace {

using Cpus = std::vector<int>;

Topology recorded_topology(const std::string& name, const Cpus& allowed = {}) {
  return Topology::from_xml(HANDOFF_TOPOLOGIES "/" + name, allowed);
}

Cpus placed(const Topology& topology, Place place, unsigned workers = 2) {
  Placement placement = place_workers(topology, place, workers);
  EXPECT_EQ(placement.exists(), !placement.cpus.empty()) << to_string(place);
  return placement.cpus;
}

std::string absence(const Topology& topology, Place place) {
  return place_workers(topology, place, 2).absent;
}

TEST(Topology, describes_a_machine_in_one_line) {
  EXPECT_EQ(recorded_topology("one_socket_smt.xml").describe(),
            "1 package, 8 cores, 16 CPUs, 1 L3 of 32 MiB, 1 NUMA node");
  EXPECT_EQ(recorded_topology("two_sockets_two_l3.xml").describe(),
            "2 packages, 8 cores, 16 CPUs, 4 L3 of 16 MiB, 2 NUMA nodes");
  EXPECT_EQ(recorded_topology("hybrid.xml").describe(),
            "1 package, 8 cores, 12 CPUs, 1 L3 of 18 MiB, 1 NUMA node, 2 kinds of core");
  EXPECT_EQ(Topology::synthetic("pack:1 core:2 pu:1").describe(),
            "1 package, 2 cores, 2 CPUs, no known L3, 1 NUMA node");
}

TEST(Topology, counts_caches_of_each_size) {
  EXPECT_EQ(recorded_topology("hybrid.xml").caches(),
            "L1d 4 x 48 KiB, L1d 4 x 32 KiB, L1i 4 x 64 KiB, L1i 4 x 32 KiB, L2 1 x 2 MiB, "
            "L2 4 x 1280 KiB, L3 1 x 18 MiB");
}

TEST(Topology, knows_only_the_cpus_that_a_container_may_use) {
  Topology topology = recorded_topology("container_three_cpus.xml");
  EXPECT_EQ(topology.cpus(), (Cpus{2, 3, 10}));
  EXPECT_EQ(topology.describe(), "1 package, 2 cores, 3 CPUs, 1 L3 of 32 MiB, 1 NUMA node");
  EXPECT_THROW(topology.same_core(2, 0), std::out_of_range);
}

TEST(Topology, refuses_what_does_not_exist) {
  EXPECT_THROW(recorded_topology("one_socket_smt.xml", {0, 16}), std::invalid_argument);
  EXPECT_THROW(recorded_topology("absent.xml"), std::runtime_error);
  EXPECT_THROW(Topology::synthetic("nonsense"), std::runtime_error);
}

TEST(Topology, of_this_machine_has_the_cpus_of_the_affinity_mask) {
  cpu_set_t mask;
  ASSERT_EQ(sched_getaffinity(0, sizeof(mask), &mask), 0);
  Topology topology = Topology::this_machine();
  EXPECT_EQ(static_cast<int>(topology.cpus().size()), CPU_COUNT(&mask));
  for (int cpu : topology.cpus()) EXPECT_TRUE(CPU_ISSET(cpu, &mask)) << cpu;
}

TEST(Topology, of_this_machine_shrinks_with_the_affinity_mask) {
  int last = Topology::this_machine().cpus().back();
  Cpus seen;
  std::thread([&] {
    pin_this_thread(last);
    seen = Topology::this_machine().cpus();
  }).join();
  EXPECT_EQ(seen, Cpus{last});
}

TEST(Placement, of_one_socket_with_smt) {
  Topology topology = recorded_topology("one_socket_smt.xml");  // siblings are 8 apart
  EXPECT_EQ(placed(topology, Place::same_cpu), (Cpus{0, 0}));
  EXPECT_EQ(placed(topology, Place::same_core), (Cpus{0, 8}));
  EXPECT_EQ(placed(topology, Place::same_l3), (Cpus{0, 1}));
  EXPECT_EQ(absence(topology, Place::same_node),
            "no two cores of one NUMA node with different L3 caches among the 16 allowed CPUs");
  EXPECT_EQ(absence(topology, Place::cross_node), "all 16 allowed CPUs are on one NUMA node");
  EXPECT_EQ(placed(topology, Place::unpinned), (Cpus{-1, -1}));
}

TEST(Placement, of_two_sockets_with_two_l3_each) {
  Topology topology = recorded_topology("two_sockets_two_l3.xml");
  EXPECT_EQ(placed(topology, Place::same_core), (Cpus{0, 8}));
  EXPECT_EQ(placed(topology, Place::same_l3), (Cpus{0, 1}));
  EXPECT_EQ(placed(topology, Place::same_node), (Cpus{0, 2}));
  EXPECT_EQ(placed(topology, Place::cross_node), (Cpus{0, 4}));
}

TEST(Placement, same_l3_never_takes_siblings) {
  Topology topology = Topology::synthetic("pack:1 l3:1 core:2 pu:2");  // siblings are neighbours
  EXPECT_EQ(placed(topology, Place::same_core), (Cpus{0, 1}));
  EXPECT_EQ(placed(topology, Place::same_l3), (Cpus{0, 2}));
  Topology one_core = Topology::synthetic("pack:1 l3:1 core:1 pu:2");
  EXPECT_EQ(absence(one_core, Place::same_l3),
            "no two cores that are known to share an L3 among the 2 allowed CPUs");
}

TEST(Placement, same_node_never_takes_siblings_where_no_l3_is_known) {
  Topology topology = Topology::synthetic("pack:1 core:2 pu:2");
  EXPECT_FALSE(place_workers(topology, Place::same_l3, 2).exists());
  EXPECT_EQ(placed(topology, Place::same_node), (Cpus{0, 2}));
}

TEST(Placement, pairs_on_a_hybrid_part_are_of_the_fastest_kind) {
  EXPECT_EQ(placed(recorded_topology("hybrid.xml"), Place::same_l3), (Cpus{0, 2}));
  Topology slow_first = recorded_topology("hybrid_slow_first.xml");
  EXPECT_EQ(placed(slow_first, Place::same_cpu), (Cpus{4, 4}));
  EXPECT_EQ(placed(slow_first, Place::same_l3), (Cpus{4, 5}));
}

TEST(Placement, pairs_on_a_hybrid_part_are_of_one_kind_if_possible) {
  EXPECT_EQ(placed(recorded_topology("hybrid.xml", {0, 8, 9}), Place::same_l3), (Cpus{8, 9}));
  EXPECT_EQ(placed(recorded_topology("hybrid.xml", {0, 8}), Place::same_l3), (Cpus{0, 8}));
}

TEST(Placement, of_a_container_with_three_cpus) {
  Topology topology = recorded_topology("container_three_cpus.xml");
  EXPECT_EQ(placed(topology, Place::same_core), (Cpus{2, 10}));
  EXPECT_EQ(placed(topology, Place::same_l3), (Cpus{2, 3}));
  EXPECT_EQ(placed(topology, Place::compact, 5), (Cpus{2, 3, 10, 2, 3}));
  Topology two_nodes = recorded_topology("two_sockets_two_l3.xml", {1, 3, 15});
  EXPECT_EQ(absence(two_nodes, Place::same_core), "no SMT siblings among the 3 allowed CPUs");
  EXPECT_EQ(placed(two_nodes, Place::same_node), (Cpus{1, 3}));
  EXPECT_EQ(placed(two_nodes, Place::cross_node), (Cpus{1, 15}));
}

TEST(Placement, on_a_single_cpu_says_that_it_is_the_only_one) {
  Topology topology = recorded_topology("one_socket_smt.xml", {5});
  EXPECT_EQ(placed(topology, Place::same_cpu, 3), (Cpus{5, 5, 5}));
  for (Place place : {Place::same_core, Place::same_l3, Place::same_node, Place::cross_node}) {
    EXPECT_EQ(absence(topology, place), "only CPU 5 is allowed");
  }
  EXPECT_EQ(placed(topology, Place::scatter, 2), (Cpus{5, 5}));
}

TEST(Placement, puts_more_than_two_workers_of_a_pair_alternately) {
  Topology topology = recorded_topology("two_sockets_two_l3.xml");
  EXPECT_EQ(placed(topology, Place::cross_node, 5), (Cpus{0, 4, 0, 4, 0}));
  EXPECT_EQ(placed(topology, Place::cross_node, 1), (Cpus{0}));
}

TEST(Placement, compact_takes_near_cores_first_then_siblings_then_begins_again) {
  EXPECT_EQ(
      placed(recorded_topology("two_sockets_two_l3.xml", {0, 1, 2, 4, 8, 9}), Place::compact, 8),
      (Cpus{0, 1, 2, 4, 8, 9, 0, 1}));
  EXPECT_EQ(placed(recorded_topology("hybrid.xml"), Place::compact, 13),
            (Cpus{0, 2, 4, 6, 8, 9, 10, 11, 1, 3, 5, 7, 0}));
  EXPECT_EQ(placed(recorded_topology("hybrid_slow_first.xml"), Place::compact, 5),
            (Cpus{4, 5, 6, 7, 0}));
}

TEST(Placement, scatter_takes_nodes_then_caches_then_cores_then_siblings) {
  EXPECT_EQ(placed(recorded_topology("two_sockets_two_l3.xml"), Place::scatter, 17),
            (Cpus{0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15, 0}));
  Topology neighbouring_siblings = Topology::synthetic("pack:1 l3:1 core:2 pu:2");
  EXPECT_EQ(placed(neighbouring_siblings, Place::scatter, 4), (Cpus{0, 2, 1, 3}));
}

TEST(Placement, lists_every_place_once) {
  std::set<Place> seen;
  for (const Placement& placement : all_placements(recorded_topology("hybrid.xml"), 2)) {
    seen.insert(placement.place);
    EXPECT_EQ(parse_place(to_string(placement.place)), placement.place);
  }
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_THROW(parse_place("same_cor"), std::invalid_argument);
  EXPECT_THROW(place_workers(recorded_topology("hybrid.xml"), Place::compact, 0),
               std::invalid_argument);
}

/// True when the caller, made to move as often as it can be, was seen on this CPU only.
bool observes_only(int cpu) {
  using namespace std::chrono_literals;
  auto end = std::chrono::steady_clock::now() + 50ms;
  while (std::chrono::steady_clock::now() < end) {
    if (sched_getcpu() != cpu) return false;
    sched_yield();
    std::this_thread::sleep_for(100us);
  }
  return true;
}

TEST(Pinning, holds_threads) {
  for (int cpu : Topology::this_machine().cpus()) {
    std::thread([cpu] {
      pin_this_thread(cpu);
      EXPECT_TRUE(observes_only(cpu)) << cpu;
    }).join();
  }
}

TEST(Pinning, holds_forked_processes) {
  for (int cpu : Topology::this_machine().cpus()) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      try {
        pin_this_thread(cpu);
        _exit(observes_only(cpu) ? EXIT_SUCCESS : EXIT_FAILURE);
      } catch (...) {
        _exit(EXIT_FAILURE);
      }
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << cpu;
  }
}

std::string pinning_error(int cpu, void (*pin)(int) = pin_this_thread) {
  try {
    pin(cpu);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

TEST(Pinning, to_a_cpu_that_is_not_there_names_it) {
  std::thread([] {
    EXPECT_NE(pinning_error(8000).find("CPU 8000"), std::string::npos);
    EXPECT_NE(pinning_error(1 << 20).find("CPU 1048576"), std::string::npos);
    EXPECT_NE(pinning_error(-2).find("CPU -2"), std::string::npos);
  }).join();
}

TEST(Pinning, that_the_kernel_ignores_is_found_out) {
  Cpus cpus = Topology::this_machine().cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two CPUs";
  std::thread([&] {
    pin_this_thread(cpus[0]);
    affinity_is_ignored = true;
    EXPECT_NE(pinning_error(cpus[1]).find("CPU " + std::to_string(cpus[1])), std::string::npos);
    affinity_is_ignored = false;
  }).join();
}

TEST(Pinning, by_a_mask_of_other_or_several_cpus_is_found_out) {
  Cpus cpus = Topology::this_machine().cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two CPUs";
  std::thread([&] {
    std::string several = "mask has " + std::to_string(cpus.size()) + " CPUs";
    EXPECT_NE(pinning_error(sched_getcpu(), verify_pinned).find(several), std::string::npos);
    pin_this_thread(cpus[0]);
    EXPECT_NE(pinning_error(cpus[1], verify_pinned).find("1 other CPU"), std::string::npos);
  }).join();
}

TEST(Pinning, of_a_worker_that_is_not_to_be_pinned_leaves_its_mask) {
  cpu_set_t before, after;
  sched_getaffinity(0, sizeof(before), &before);
  pin_this_thread(Placement::not_pinned);
  sched_getaffinity(0, sizeof(after), &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

}  // namespace
}  // namespace handoff::harness
