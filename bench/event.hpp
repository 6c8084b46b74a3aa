#pragma once

#include "bench/event_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the event family, over any implementation.
namespace handoff::bench {

/// Adds the cases of one row.
template <class E>
class EventCases {
 public:
  explicit EventCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(E::info, peers)) continue;
      for (const auto& pair : {cases_.place(harness::Place::same_cpu, 2), cases_.nearest_pair()}) {
        if (pair.exists()) add<EventPingPong<E>>("ping_pong", {2, peers}, pair);
      }
      for (unsigned workers : {2U, 5U, 9U}) {
        const auto placement = cases_.place(harness::Place::compact, workers);
        if (placement.exists()) add<EventWakeAll<E>>("wake_all", {workers, peers}, placement);
      }
    }
  }

 private:
  template <class Object>
  void add(const char* scenario, EventShape shape, const harness::Placement& placement) {
    auto name = case_name("event", E::info, scenario, shape.peers, placement);
    if (placement.place == harness::Place::compact) {
      name.with("workers", std::size_t{shape.workers});
    }
    auto plan = crew_over<Object>(shape.peers, placement.cpus, shape);
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .object_bytes = sizeof(Object),
                .measure = [plan](const Settings& s) { return measure_crew(plan, s); }});
  }

  Cases& cases_;
};

template <class Row>
void add_event(Cases& cases) {
  using E = typename Row::type;
  static_assert(Event<E>);
  cases.add_row(E::info);
  if (E::info.unavailable().empty()) EventCases<E>(cases).add_all();
}

}  // namespace handoff::bench
