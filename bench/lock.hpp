#pragma once

#include <algorithm>
#include <string>

#include "bench/lock_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the lock family, over any implementation.
namespace handoff::bench {

/// Measures a contended lock, and then once more with every wait timed, which reading the clock
/// would slow down. Further figures: the shares of the workers that got it most and least often,
/// and the longest wait.
inline Outcome measure_contended(const harness::CrewPlan& plan, const harness::CrewPlan& timed_plan,
                                 const Settings& settings) {
  Outcome outcome = measure_timed_crew(plan, settings);
  const auto [least, most] =
      std::minmax_element(outcome.operations_of_each.begin(), outcome.operations_of_each.end());
  const auto share = [&](std::uint64_t operations) {
    return static_cast<double>(operations) / static_cast<double>(outcome.operations);
  };
  outcome.further = {{"luckiest_share", share(*most)},
                     {"unluckiest_share", share(*least)},
                     {"longest_wait_ns", measure_timed_crew(timed_plan, settings).latencies.max()}};
  return outcome;
}

/// Adds the cases of one row.
template <class L>
class LockCases {
 public:
  explicit LockCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    // How long it is held depends little on the kind of peers: of each row in its widest reach.
    const Peers widest = reaches(L::info, Peers::processes) ? Peers::processes : Peers::threads;
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(L::info, peers)) continue;
      add_uncontended(peers);
      for (const Hold& hold : holds) {
        if (hold.ns == 0 || peers == widest) add_contended(peers, hold);
      }
      add_ping_pong(peers, cases_.place(harness::Place::same_cpu, 2));
      add_ping_pong(peers, cases_.nearest_pair());
    }
  }

 private:
  struct Hold {
    std::int64_t ns;
    const char* name;
  };
  static constexpr Hold holds[] = {{0, "hold_0"}, {100, "hold_100ns"}, {1000, "hold_1us"}};

  void add_contended(Peers peers, const Hold& hold) {
    add_contended({2, peers}, cases_.place(harness::Place::same_cpu, 2), hold);
    add_contended({2, peers}, cases_.nearest_pair(), hold);
    for (unsigned workers : {4U, 8U}) {
      add_contended({workers, peers}, cases_.place(harness::Place::compact, workers), hold);
    }
  }

  void add_uncontended(Peers peers) {
    const harness::Placement placement = cases_.place(harness::Place::compact, 1);
    auto name = name_of("uncontended", peers, placement);
    name.with("workers", std::size_t{1});
    auto plan =
        crew_over<LockContended<L>>(peers, placement.cpus, LockShape{1, peers}, Contention{});
    add(name, placement, [plan](const Settings& s) { return measure_timed_crew(plan, s); });
  }

  void add_contended(LockShape shape, const harness::Placement& placement, const Hold& hold) {
    if (!placement.exists()) return;
    auto name = name_of("contended", shape.peers, placement);
    name.with("workers", std::size_t{shape.workers}).with("work", hold.name);
    auto plan =
        crew_over<LockContended<L>>(shape.peers, placement.cpus, shape, Contention{hold.ns, false});
    auto timed =
        crew_over<LockContended<L>>(shape.peers, placement.cpus, shape, Contention{hold.ns, true});
    add(name, placement,
        [plan, timed](const Settings& s) { return measure_contended(plan, timed, s); });
  }

  void add_ping_pong(Peers peers, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto plan = crew_over<LockPingPong<L>>(peers, placement.cpus, LockShape{2, peers});
    add(name_of("ping_pong", peers, placement), placement,
        [plan](const Settings& s) { return measure_crew(plan, s); });
  }

  static harness::CaseName name_of(const char* scenario, Peers peers,
                                   const harness::Placement& placement) {
    return case_name("lock", L::info, scenario, peers, placement);
  }
  void add(const harness::CaseName& name, const harness::Placement& placement,
           std::function<Outcome(const Settings&)> measure) {
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .object_bytes = sizeof(L),
                .measure = std::move(measure)});
  }

  Cases& cases_;
};

template <class Row>
void add_lock(Cases& cases) {
  using L = typename Row::type;
  static_assert(Lock<L>);
  cases.add_row(L::info);
  if (L::info.unavailable().empty()) LockCases<L>(cases).add_all();
}

}  // namespace handoff::bench
