#pragma once

#include "bench/condition_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the condition family, over any implementation.
namespace handoff::bench {

/// Adds the cases of one row.
template <class C>
class ConditionCases {
 public:
  explicit ConditionCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(C::info, peers)) continue;
      add<ConditionPingPong<C>>("ping_pong", {2, peers}, cases_.place(harness::Place::same_cpu, 2));
      add<ConditionPingPong<C>>("ping_pong", {2, peers}, cases_.nearest_pair());
      constexpr unsigned one_and_eight = 9;
      add<ConditionNotifyAll<C>>("notify_all", {one_and_eight, peers},
                                 cases_.place(harness::Place::compact, one_and_eight));
    }
  }

 private:
  template <class Object>
  void add(const char* scenario, ConditionShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto name = case_name("condition", C::info, scenario, shape.peers, placement);
    if (shape.workers > 2) name.with("workers", std::size_t{shape.workers});
    auto plan = crew_over<Object>(shape.peers, placement.cpus, shape);
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .object_bytes = sizeof(C),
                .measure = [plan](const Settings& s) { return measure_crew(plan, s); }});
  }

  Cases& cases_;
};

template <class Row>
void add_condition(Cases& cases) {
  using C = typename Row::type;
  static_assert(ConditionVariable<C>);
  cases.add_row(C::info);
  if (C::info.unavailable().empty()) ConditionCases<C>(cases).add_all();
}

}  // namespace handoff::bench
