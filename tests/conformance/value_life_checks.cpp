#include "tests/conformance/value_life_checks.hpp"

#include <csignal>
#include <fstream>
#include <thread>
#include <vector>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/value_memory.hpp"

namespace handoff::conformance {
namespace {

std::vector<std::string> mappings() {
  std::ifstream maps("/proc/self/maps");
  std::vector<std::string> lines;
  for (std::string line; std::getline(maps, line);) lines.push_back(line);
  return lines;
}

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(500);

}  // namespace

/// No descriptor, mapping or name, not even while the value lives.
void building_and_dropping_leaks_nothing(const ValueRow& row, Peers peers) {
  run_alone([&] {
    auto cycle = [&] {
      NumbersOnHeap value(row.numbers, {1, peers});
      value.handle(0)->add(1, 0);
    };
    for (int n = 0; n < 100; ++n) cycle();
    auto descriptors_before = open_descriptors();
    auto mappings_before = mappings().size();
    constexpr int cycles = 2000;
    for (int n = 0; n < cycles; ++n) cycle();
    require(open_descriptors() == descriptors_before, "descriptors are left open");
    // Allocators and sanitizers keep some; a leak of one in each cycle stands out.
    require(mappings().size() < mappings_before + cycles / 2, "mappings are left");
    NumbersOnHeap value(row.numbers, {1, peers});
    for (const std::string& line : mappings()) {
      bool named = line.find("/dev/shm/") != std::string::npos && !line.ends_with("(deleted)");
      require(!named, "a name is left while the value lives: " + line);
    }
  });
}

/// For values that lie in their own memory alone.
void works_through_two_mappings_at_different_addresses(const ValueRow& row, Peers) {
  run_alone([&] {
    constexpr Number each = 20000;
    const ValueForm<Number>& form = row.numbers;
    Descriptor file(harness::make_memory_file(form.bytes));
    auto here = harness::Region::of_file(file.get(), form.bytes);
    auto there = harness::Region::of_file(file.get(), form.bytes);
    form.build(here.data(), {2, Peers::processes});
    auto first = form.handle(here.data(), 0);
    auto second = form.handle(there.data(), 1);
    std::thread other([&] {
      for (Number n = 0; n < each; ++n) second->add(1, 5);
    });
    for (Number n = 0; n < each; ++n) first->add(1, 5);
    other.join();
    require(first->load(5) == 2 * each && second->load(5) == 2 * each, "additions were lost");
  });
}

/// A worker is killed in the middle of a change. The next one goes on, perhaps after an error that
/// says so, and finds the element unchanged; or it hangs, if that is what is claimed.
void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers, Clock::duration patience) {
  if (peers == Peers::threads) return;  // threads die together
  run_alone([&] {
    SharedValues<Number> value(row.numbers, {2, Peers::processes});
    value.handle(0)->store(5, 0);
    auto dies = [&](unsigned) {
      auto handle = value.handle(0);
      handle->update(
          [](Number before) {
            raise(SIGKILL);
            return before + 1;
          },
          0);
    };
    harness::Team victim({.peers = Peers::processes, .workers = 1, .work = dies});
    victim.finish(after(usual_watchdog / 4));
    require(victim.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    auto survives = [&](unsigned) {
      auto handle = value.handle(1);
      try {
        handle->add(2, 0);
      } catch (const std::exception&) {  // told of the death, once
        handle->add(2, 0);
      }
      require(handle->load(0) == 7, "a change that was never finished is seen");
    };
    harness::Team survivor({.peers = Peers::processes, .workers = 1, .work = survives});
    bool told = row.info.on_peer_death == Survivor::told;
    survivor.finish(after(told ? patience : Clock::duration(time_to_hang)));
    harness::Fate fate = survivor.fate(0);
    auto due = told ? harness::Fate::Kind::finished : harness::Fate::Kind::hung;
    require(fate.kind == due, "the survivor " + describe(fate));
  });
}

void a_survivor_sees_what_is_claimed(const ValueRow& row, Peers peers) {
  a_survivor_sees_what_is_claimed(row, peers, usual_watchdog / 4);
}

/// The maker is killed while it uses its value.
void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    auto before = names_in_the_system();
    harness::Team maker({.peers = Peers::processes, .workers = 1, .work = [&](unsigned) {
                           NumbersOnHeap value(row.numbers, {1, peers});
                           auto handle = value.handle(0);
                           handle->add(1, 0);
                           raise(SIGKILL);
                         }});
    maker.finish(after(usual_watchdog / 4));
    require(maker.fate(0).kind == harness::Fate::Kind::killed, "nobody was killed");
    require_no_new_names(before, patience);
  });
}

void a_killed_user_leaves_no_name(const ValueRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

}  // namespace handoff::conformance
