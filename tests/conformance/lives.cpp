#include "tests/conformance/lives.hpp"

#include <malloc.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "tests/conformance/leftovers.hpp"

namespace handoff::conformance {
namespace {

using harness::Fate;
using harness::Team;

std::vector<std::string> mappings() {
  std::ifstream maps("/proc/self/maps");
  std::vector<std::string> lines;
  for (std::string line; std::getline(maps, line);) lines.push_back(line);
  return lines;
}

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(200);

/// For names of others to go away.
constexpr auto names_patience = std::chrono::seconds(60);

}  // namespace

void require_cycles_leave_nothing(const std::function<void()>& cycle) {
  constexpr int warm_up = 100;
  constexpr int cycles = 10'000;
  const auto names_before = names_in_the_system();
  for (int n = 0; n < warm_up; ++n) cycle();
  const auto descriptors_before = open_descriptors();
  const auto mappings_before = mappings().size();
  const auto allocated_before = mallinfo2().uordblks;
  for (int n = 0; n < cycles; ++n) cycle();
  require(open_descriptors() == descriptors_before, "descriptors are left open");
  // Allocators and sanitizers keep some; a leak of one, or of a byte, in each cycle stands out.
  require(mappings().size() < mappings_before + cycles / 2, "mappings are left");
  require(mallinfo2().uordblks < allocated_before + cycles, "memory is left allocated");
  require_no_new_names(names_before, names_patience);
}

void require_no_name_mapped() {
  for (const std::string& line : mappings()) {
    const bool named = line.find("/dev/shm/") != std::string::npos && !line.ends_with("(deleted)");
    require(!named, "a name is left: " + line);
  }
}

void require_a_killed_user_leaves_no_name(const std::function<void()>& use,
                                          Clock::duration patience) {
  const auto before = names_in_the_system();
  be_killed_in(use);
  require_no_new_names(before, patience);
}

std::unique_ptr<Team> start_process(const std::function<void()>& work) {
  return std::make_unique<Team>(harness::TeamPlan{
      .peers = Peers::processes, .workers = 1, .work = [work](unsigned) { work(); }});
}

void be_killed_in(const std::function<void()>& work) {
  auto victim = start_process(work);
  victim->finish(after(usual_patience));
  require(victim->fate(0).kind == Fate::Kind::killed, "nobody was killed");
}

std::unique_ptr<Team> start_waiter(const std::function<void()>& wait) {
  InSharedMemory<Steps> steps;
  auto waiter = start_process([&steps, wait] {
    steps->reach(1);
    wait();
  });
  steps->wait_for(1);
  std::this_thread::sleep_for(a_moment);
  require(!waiter->failed(), "it did not wait");
  return waiter;
}

void require_end(Team& survivor, bool hangs, Clock::duration patience) {
  survivor.finish(after(hangs ? Clock::duration(time_to_hang) : patience));
  const Fate fate = survivor.fate(0);
  require(fate.kind == (hangs ? Fate::Kind::hung : Fate::Kind::finished),
          "the survivor " + describe(fate));
}

}  // namespace handoff::conformance
