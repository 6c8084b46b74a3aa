#include "harness/crew.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "harness/clock.hpp"
#include "harness/placement.hpp"
#include "tests/harness/spinner.hpp"

namespace handoff::harness {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<int> usable_cpus() {
  cpu_set_t set;
  sched_getaffinity(0, sizeof(set), &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

/// One per worker, all used in turn.
std::vector<int> cpus_for(std::size_t workers) {
  std::vector<int> usable = usable_cpus();
  std::vector<int> cpus;
  for (std::size_t i = 0; i < workers; ++i) cpus.push_back(usable[i % usable.size()]);
  return cpus;
}

void spin_for(milliseconds time) {
  auto end = now_ns() + std::chrono::nanoseconds(time).count();
  while (now_ns() < end) {
  }
}

using Work = std::function<void(unsigned worker, Seat& seat, std::uint64_t count)>;

CrewPlan plan_of(Peers peers, std::size_t workers, const Work& work,
                 Clock::duration watchdog = seconds(20)) {
  CrewPlan plan;
  plan.peers = peers;
  plan.cpus = cpus_for(workers);
  plan.watchdog = watchdog;
  plan.program.join = [work](std::byte*, Seat& seat) -> Body {
    return [work, &seat](std::uint64_t count) { work(seat.worker, seat, count); };
  };
  return plan;
}

/// What it tells, and that it tells it long before the usual watchdog would.
std::string error_of_run(const CrewPlan& plan) {
  Crew crew(plan);
  auto begin = Clock::now();
  try {
    crew.run(1);
  } catch (const CrewError& error) {
    EXPECT_LT(Clock::now() - begin, seconds(5));
    return error.what();
  }
  return "no error";
}

/// What a crew must not leave behind.
struct Leavings {
  std::size_t descriptors = 0;
  std::set<std::string> children;
  std::set<std::string> shared_memory;
  std::vector<int> cpus = usable_cpus();  ///< a crew pins its parent for a moment

  static std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  static Leavings now() {
    Leavings found;
    found.descriptors = names_in("/proc/self/fd").size();
    std::ifstream file("/proc/self/task/" + std::to_string(getpid()) + "/children");
    for (std::string child; file >> child;) found.children.insert(child);
    for (const std::string& name : names_in("/dev/shm")) {
      if (name.find("handoff") != std::string::npos) found.shared_memory.insert(name);
    }
    return found;
  }
};

class CrewOf : public testing::TestWithParam<Peers> {
 protected:
  void SetUp() override { before_ = Leavings::now(); }

  void TearDown() override {
    Leavings after = Leavings::now();
    EXPECT_EQ(after.children, before_.children);
    EXPECT_EQ(after.descriptors, before_.descriptors);
    EXPECT_EQ(after.shared_memory, before_.shared_memory);
    EXPECT_EQ(after.cpus, before_.cpus);
  }

  void expect_a_new_crew_works() {
    Crew crew(plan_of(GetParam(), 2, [](unsigned, Seat&, std::uint64_t) {}));
    crew.run(1);
    crew.finish();
  }

  Leavings before_;
};

/// Worker 0 sleeps while the spinner does as many rounds as operations are asked for.
CrewPlan plan_beside(Spinner& spinner, Peers peers) {
  return plan_of(peers, 2, [&spinner](unsigned worker, Seat&, std::uint64_t count) {
    if (worker == 0) spinner.wait_for_rounds(static_cast<std::uint32_t>(count));
  });
}

/// What the spinner uses during a phase is charged, and only once.
void expect_charge_for(Spinner& spinner, const CrewPlan& plan) {
  constexpr std::uint32_t rounds = 20;
  Crew crew(plan);
  const std::int64_t before_ns = spinner.used_ns();
  crew.run(1);
  const std::int64_t cost_ns = crew.run(rounds).cost.cpu_ns;
  spinner.wait_for_rounds(1);  // the one that was going on when the phase ended
  const std::int64_t used_ns = spinner.used_ns() - before_ns;
  // The first round may have begun before the phase.
  EXPECT_GT(cost_ns, (rounds - 2) * Spinner::round.count());
  EXPECT_LT(cost_ns, used_ns + rounds / 3 * Spinner::round.count());  // with the workers' own
  crew.finish();
}

INSTANTIATE_TEST_SUITE_P(, CrewOf, testing::Values(Peers::threads, Peers::processes),
                         [](const auto& peers) {
                           return peers.param == Peers::threads ? "threads" : "processes";
                         });

TEST_P(CrewOf, runs_all_workers_each_of_its_own) {
  Crew crew(plan_of(GetParam(), 4, [](unsigned worker, Seat& seat, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count + worker; ++i) seat.recorder.record(100);
  }));
  for (std::uint64_t count : {3U, 1U, 5U}) {
    crew.run(count);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(crew.recorder(i).samples(), count + i);
  }
  std::vector<pid_t> ids = crew.worker_ids();
  EXPECT_EQ(std::set<pid_t>(ids.begin(), ids.end()).size(), 4U);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), getpid()), 0);
  crew.finish();
}

TEST_P(CrewOf, pins_each_worker_to_its_cpu) {
  CrewPlan plan = plan_of(GetParam(), 4, {});
  plan.program.join = [cpus = plan.cpus](std::byte*, Seat& seat) -> Body {
    verify_pinned(cpus[seat.worker]);
    return [&seat, cpus](std::uint64_t) { verify_pinned(cpus[seat.worker]); };
  };
  Crew crew(plan);
  EXPECT_NO_THROW(crew.run(1));
  crew.finish();
}

TEST_P(CrewOf, charges_little_for_sleeping) {
  Crew crew(plan_of(GetParam(), 1, [](unsigned, Seat&, std::uint64_t) {
    std::this_thread::sleep_for(milliseconds(100));
  }));
  PhaseResult result = crew.run(1);
  EXPECT_GE(result.elapsed_ns, 100'000'000);
  EXPECT_LT(result.cost.cpu_ns, result.elapsed_ns / 10);
  EXPECT_GE(result.cost.voluntary_switches, 1);
}

TEST_P(CrewOf, charges_for_spinning) {
  Crew crew(plan_of(GetParam(), 1,
                    [](unsigned, Seat&, std::uint64_t) { use_processor_for(milliseconds(100)); }));
  PhaseResult result = crew.run(1);
  EXPECT_GE(result.cost.cpu_ns, 90'000'000);
  EXPECT_LE(result.cost.cpu_ns, result.elapsed_ns + result.elapsed_ns / 10);
}

TEST_P(CrewOf, charges_for_threads_that_a_library_starts) {
  Spinner spinner;
  CrewPlan plan = plan_beside(spinner, GetParam());
  plan.program.join = [&spinner, join = plan.program.join](std::byte* memory, Seat& seat) {
    if (seat.worker == 0) std::thread([&spinner] { spinner.run(); }).detach();
    return join(memory, seat);
  };
  expect_charge_for(spinner, plan);
}

TEST_P(CrewOf, charges_for_processes_that_work_for_a_worker) {
  Spinner spinner;
  CrewPlan plan = plan_beside(spinner, GetParam());
  plan.program.join = [&spinner, join = plan.program.join](std::byte* memory, Seat& seat) {
    if (seat.worker == 0) {
      pid_t child = fork();
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::thread([&spinner] { spinner.run(); }).join();  // not its main thread
      }
      seat.also_account = {child};
    }
    return join(memory, seat);
  };
  expect_charge_for(spinner, plan);
}

TEST_P(CrewOf, charges_for_processes_that_a_worker_has_seen_end) {
  constexpr std::int64_t charged_ns = 5'000'000'000;
  Crew crew(plan_of(GetParam(), 2, [](unsigned worker, Seat& seat, std::uint64_t) {
    if (worker == 0) seat.report.cost_of_ended.cpu_ns = charged_ns;
  }));
  EXPECT_GE(crew.run(1).cost.cpu_ns, charged_ns);
  crew.finish();
}

TEST_P(CrewOf, tells_what_a_worker_threw) {
  std::string error =
      error_of_run(plan_of(GetParam(), 2, [](unsigned worker, Seat&, std::uint64_t) {
        if (worker == 1) throw std::runtime_error("the milk is sour");
        spin_for(milliseconds(50));
      }));
  EXPECT_NE(error.find("worker 1 threw: the milk is sour"), std::string::npos) << error;
  expect_a_new_crew_works();
}

TEST_P(CrewOf, tells_the_status_that_a_worker_exited_with) {
  std::string error =
      error_of_run(plan_of(GetParam(), 1, [](unsigned, Seat&, std::uint64_t) { _exit(3); }));
  EXPECT_NE(error.find("worker 0 exited with status 3"), std::string::npos) << error;
  expect_a_new_crew_works();
}

TEST_P(CrewOf, tells_the_signal_that_killed_a_worker) {
  for (int signal : {SIGKILL, SIGSEGV}) {
    std::string error =
        error_of_run(plan_of(GetParam(), 1, [signal](unsigned, Seat&, std::uint64_t) {
          ::signal(signal, SIG_DFL);  // a sanitizer's handler would exit instead
          raise(signal);
        }));
    std::string expected = "worker 0 was killed by signal " + std::to_string(signal);
    EXPECT_NE(error.find(expected), std::string::npos) << error;
  }
  expect_a_new_crew_works();
}

TEST_P(CrewOf, ends_and_names_a_worker_that_hangs) {
  std::string error = error_of_run(plan_of(
      GetParam(), 2,
      [](unsigned worker, Seat&, std::uint64_t) {
        if (worker == 1) std::this_thread::sleep_for(seconds(60));
      },
      seconds(2)));  // also for the other one to come
  EXPECT_NE(error.find("worker 1 hung"), std::string::npos) << error;
  expect_a_new_crew_works();
}

TEST_P(CrewOf, checks_after_each_phase_outside_what_is_measured) {
  CrewPlan plan;
  plan.peers = GetParam();
  plan.cpus = cpus_for(2);
  plan.program.join = [](std::byte*, Seat& seat) -> Body {
    seat.afterwards = [&seat] {
      spin_for(seconds(1));
      seat.report.balance -= seat.worker;
    };
    return [&seat](std::uint64_t) { seat.report.balance += seat.worker; };
  };
  Crew crew(plan);
  for (int phase = 0; phase < 2; ++phase) {
    PhaseResult result = crew.run(1);
    EXPECT_LT(result.elapsed_ns, std::chrono::nanoseconds(milliseconds(900)).count());
    EXPECT_LT(result.cost.cpu_ns, std::chrono::nanoseconds(milliseconds(900)).count());
  }
}

TEST_P(CrewOf, rejects_a_phase_whose_sums_differ) {
  std::string error =
      error_of_run(plan_of(GetParam(), 2, [](unsigned worker, Seat& seat, std::uint64_t) {
        seat.report.balance = worker == 0 ? 7 : std::uint64_t{0} - 6;
      }));
  EXPECT_NE(error.find("checksums differ"), std::string::npos) << error;
}

}  // namespace
}  // namespace handoff::harness
