#pragma once

#include "bench/semaphore_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the semaphore family, over any implementation.
namespace handoff::bench {

/// Adds the cases of one row.
template <class S>
class SemaphoreCases {
 public:
  explicit SemaphoreCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(S::info, peers)) continue;
      // What is undone when a worker ends cannot be handed over for good.
      if (!S::facts.undone_at_end) {
        add_ping_pong(peers, cases_.place(harness::Place::same_cpu, 2));
        add_ping_pong(peers, cases_.nearest_pair());
      }
      add_permits({2, peers, 1}, cases_.place(harness::Place::same_cpu, 2));
      add_permits({2, peers, 1}, cases_.place(harness::Place::compact, 2));
      add_permits({4, peers, 2}, cases_.place(harness::Place::compact, 4));
      add_permits({8, peers, 2}, cases_.place(harness::Place::compact, 8));
    }
  }

 private:
  void add_ping_pong(Peers peers, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto plan = crew_over<SemaphorePingPong<S>>(peers, placement.cpus, SemaphoreShape{2, peers, 1});
    add(name_of("ping_pong", peers, placement), placement, sizeof(SemaphorePingPong<S>),
        [plan](const Settings& s) { return measure_crew(plan, s); });
  }

  void add_permits(SemaphoreShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto plan = crew_over<SemaphorePermits<S>>(shape.peers, placement.cpus, shape);
    auto name = name_of("permits", shape.peers, placement);
    name.with("workers", std::size_t{shape.workers}).with("capacity", shape.permits);
    add(name, placement, sizeof(S),
        [plan](const Settings& s) { return measure_timed_crew(plan, s); });
  }

  static harness::CaseName name_of(const char* scenario, Peers peers,
                                   const harness::Placement& placement) {
    return case_name("semaphore", S::info, scenario, peers, placement);
  }
  void add(const harness::CaseName& name, const harness::Placement& placement, std::size_t bytes,
           std::function<Outcome(const Settings&)> measure) {
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .object_bytes = bytes,
                .measure = std::move(measure)});
  }

  Cases& cases_;
};

template <class Row>
void add_semaphore(Cases& cases) {
  using S = typename Row::type;
  static_assert(Semaphore<S>);
  cases.add_row(S::info);
  if (S::info.unavailable().empty()) SemaphoreCases<S>(cases).add_all();
}

}  // namespace handoff::bench
