#include "tests/conformance/lives.hpp"

#include <malloc.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/slowness.hpp"

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

/// Some libraries let go in threads of their own.
bool comes_soon(const std::function<bool()>& condition) {
  for (const Deadline end = after(std::chrono::seconds(1)); !condition();) {
    if (Clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

/// How many it has run.
std::size_t run_many(const std::function<void()>& cycle, Clock::duration longest) {
  constexpr std::size_t most = 10'000;
  constexpr std::size_t least = sanitized ? 100 : 500;  // a cycle may take 20 ms where it is
  std::size_t count = 0;
  const Deadline end = after(longest);
  for (; count < least || (count < most && Clock::now() < end); ++count) cycle();
  return count;
}

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(200);

}  // namespace

void require_cycles_leave_nothing(const std::function<void()>& cycle, Clock::duration longest) {
  constexpr int warm_up = 100;
  // What a first use starts for good does not count.
  for (int n = 0; n < warm_up; ++n) cycle();
  const auto names_before = names_in_the_system();
  const auto descriptors_before = open_descriptors();
  const auto mappings_before = mappings().size();
  // Allocators, sanitizers and libraries keep some; a leak of one, or of the smallest piece of
  // memory, in each cycle stands out.
  std::size_t cycles = 0;
  bool leaks = true;
  constexpr int rounds = 5;  // what libraries keep comes to an end, what leaks does not
  for (int round = 0; round < rounds && leaks; ++round) {
    constexpr std::size_t half_a_piece = 16;
    const auto allocated_before = mallinfo2().uordblks;
    const std::size_t count = run_many(cycle, longest);
    leaks =
        !comes_soon([&] { return mallinfo2().uordblks < allocated_before + count * half_a_piece; });
    cycles += count;
  }
  require(!leaks, "memory is left allocated");
  require(comes_soon([&] { return open_descriptors() <= descriptors_before; }),
          "descriptors are left open");
  require(comes_soon([&] { return mappings().size() < mappings_before + cycles / 2; }),
          "mappings are left");
  require_no_new_names(names_before, usual_names_patience);
}

void require_no_name_mapped() {
  for (const std::string& line : mappings()) {
    const bool named = line.find("/dev/shm/") != std::string::npos && !line.ends_with("(deleted)");
    require(!named, "a name is left: " + line);
  }
}

void require_nothing_open_to_others(const std::set<std::string>& before) {
  for (const std::string& name : names_open_to_others()) {
    require(before.contains(name), "others could open " + name);
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
  let_wait(waiter->process(0), waiter->process(0));
  require(!waiter->failed(), "it did not wait");
  return waiter;
}

void require_fate(const Team& survivor, Fate::Kind due) {
  const Fate fate = survivor.fate(0);
  require(fate.kind == due, "the survivor " + describe(fate));
}

void require_end(Team& survivor, bool hangs, Clock::duration patience) {
  survivor.finish(after(hangs ? Clock::duration(time_to_hang) : patience));
  require_fate(survivor, hangs ? Fate::Kind::hung : Fate::Kind::finished);
}

}  // namespace handoff::conformance
