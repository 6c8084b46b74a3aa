#pragma once

#include <cstdint>

#include "bench/manager_scenarios.hpp"
#include "bench/shared_object.hpp"

/// The cases of the manager family, over any implementation.
namespace handoff::bench {

template <class M>
class ManagerCases {
 public:
  explicit ManagerCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (unsigned clients : {1U, 4U}) {
      // What the kind of peers is depends little on: all sizes and mixes in the widest reach.
      for (std::size_t bytes : {std::size_t{16}, std::size_t{1024}, std::size_t{64} * 1024}) {
        ManagerShape shape{clients, Peers::processes};
        add<ManagerGet<M>>("get", shape, bytes);
        add<ManagerSet<M>>("set", shape, bytes);
        add<ManagerAppend<M>>("append", shape, bytes);
        add<ManagerMix<M, 2>>("mix", shape, bytes, "sets_50");
        add<ManagerMix<M, 20>>("mix", shape, bytes, "sets_5");
      }
      ManagerShape shape{clients, Peers::threads};
      add<ManagerGet<M>>("get", shape, 1024);
      add<ManagerSet<M>>("set", shape, 1024);
    }
  }

 private:
  template <class Object>
  void add(const char* scenario, ManagerShape shape, std::size_t bytes, const char* work = "") {
    if (!reaches(M::info, shape.peers)) return;
    harness::Placement placement = cases_.place(harness::Place::compact, shape.clients);
    if (!placement.exists()) return;
    auto name = case_name("manager", M::info, scenario, shape.peers, placement);
    name.with("workers", std::size_t{shape.clients}).with("size", bytes);
    if (*work != '\0') name.with("work", work);
    auto plan = crew_over<Object>(shape.peers, placement.cpus, shape, bytes);
    bool alone = shape.clients == 1;
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .bytes = bytes,
                .measure = [plan, alone](const Settings& settings) {
                  return alone ? measure_crew(plan, settings) : measure_timed_crew(plan, settings);
                }});
  }

  Cases& cases_;
};

template <class Row>
void add_manager(Cases& cases) {
  using M = typename Row::type;
  static_assert(Manager<M>);
  cases.add_row(M::info);
  if (M::info.unavailable().empty()) ManagerCases<M>(cases).add_all();
}

}  // namespace handoff::bench
