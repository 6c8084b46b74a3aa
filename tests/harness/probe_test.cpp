#include "harness/probe.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <thread>

#include "harness/placement.hpp"

namespace handoff::harness {
namespace {

using namespace std::chrono_literals;

/// Far above what any of this takes, even on a crowded machine.
constexpr unsigned watchdog_seconds = 30;

/// Runs in a process that an alarm kills, so that a hang fails this test and no other.
int status_of(const std::function<bool()>& check) {
  pid_t child = fork();
  if (child == 0) {
    alarm(watchdog_seconds);
    _exit(check() ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

bool hung(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM; }

TEST(Probe, measures_between_two_cpus) {
  std::vector<int> cpus = Topology::this_machine().cpus();
  if (cpus.size() < 2) GTEST_SKIP() << "needs two CPUs";
  Probe probe = probe_cache_line(cpus[0], cpus[1], 500ms);  // long, as other tests run beside it
  EXPECT_TRUE(probe.measured);
  EXPECT_GT(probe.round_trip_ns, 0);
}

TEST(Probe, ends_in_time_when_both_cpus_are_one) {
  // Each time slice there makes half a round trip: one probe is over in some 20 ms. Without its
  // deadline it would take a block of round trips, about a second, and all of them a minute.
  constexpr int probes = 60;
  int cpu = Topology::this_machine().cpus().front();
  int status = status_of([cpu] {
    for (int i = 0; i < probes; ++i) {
      if (bounce_cache_line(cpu, cpu, 2ms).measured) return false;
    }
    return true;
  });
  EXPECT_FALSE(hung(status));
  EXPECT_EQ(status, 0);
}

TEST(Probe, of_one_cpu_or_none_is_not_measured) {
  int cpu = Topology::this_machine().cpus().front();
  EXPECT_FALSE(probe_cache_line(cpu, cpu).measured);
  EXPECT_FALSE(probe_cache_line(Placement::not_pinned, cpu).measured);
}

TEST(Probe, on_a_cpu_that_is_not_there_raises_and_ends_both_sides) {
  int cpu = Topology::this_machine().cpus().front();
  constexpr int absent = 8000;
  auto raises = [](int a, int b) {
    try {
      probe_cache_line(a, b);
    } catch (const std::exception&) {
      return true;
    }
    return false;
  };
  EXPECT_EQ(status_of([&] { return raises(cpu, absent); }), 0);
  EXPECT_EQ(status_of([&] { return raises(absent, cpu); }), 0);
}

std::ptrdiff_t threads_of_this_process() {
  auto tasks = std::filesystem::directory_iterator("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST(Probe, leaves_no_thread_behind) {
  std::vector<int> cpus = Topology::this_machine().cpus();
  // A sanitizer starts a thread of its own beside the first one.
  std::thread([] {}).join();
  std::this_thread::sleep_for(50ms);
  std::ptrdiff_t before = threads_of_this_process();
  bounce_cache_line(cpus.front(), cpus.back(), 2ms);
  // The kernel may list a joined thread for a moment longer.
  auto deadline = std::chrono::steady_clock::now() + 10s;
  while (threads_of_this_process() > before && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(threads_of_this_process(), before);
}

TEST(ProbeMoved, tells_the_known_modes_apart) {
  for (auto [a, b] : {std::pair{19.0, 50.0}, {50.0, 87.0}, {87.0, 200.0}, {87.0, 290.0}}) {
    EXPECT_TRUE(probe_moved(a, b)) << a << ' ' << b;
    EXPECT_TRUE(probe_moved(b, a)) << b << ' ' << a;
  }
}

TEST(ProbeMoved, forgives_the_spread_within_a_mode) {
  for (auto [a, b] : {std::pair{200.0, 290.0}, {77.0, 103.0}, {48.0, 62.0}, {50.0, 50.0}}) {
    EXPECT_FALSE(probe_moved(a, b)) << a << ' ' << b;
    EXPECT_FALSE(probe_moved(b, a)) << b << ' ' << a;
  }
}

TEST(ProbeMoved, claims_nothing_of_what_was_not_measured) {
  EXPECT_FALSE(probe_moved(0, 50));
  EXPECT_FALSE(probe_moved(50, std::nan("")));
  EXPECT_FALSE(probe_moved(Probe{}, Probe{}));
}

TEST(ProbeMoved, holds_when_only_one_of_two_could_be_measured) {
  EXPECT_TRUE(probe_moved(Probe{}, Probe{50, true}));
  EXPECT_TRUE(probe_moved(Probe{50, true}, Probe{}));
  EXPECT_FALSE(probe_moved(Probe{50, true}, Probe{55, true}));
}

}  // namespace
}  // namespace handoff::harness
