#pragma once

#include "bench/shared_object.hpp"
#include "bench/signal_scenarios.hpp"

/// The cases of the signal family, over any implementation of its three kinds.
namespace handoff::bench {

/// A stream, and how often a signal was refused because the kernel kept no more.
inline Outcome measure_stream(const harness::CrewPlan& plan, const Settings& settings) {
  Outcome outcome = measure_crew(plan, settings);
  outcome.further = {{"refused_per_msg", static_cast<double>(outcome.operations_of_each[0]) /
                                             static_cast<double>(outcome.operations)}};
  return outcome;
}

/// What has arrived counts, and not what was sent.
inline Outcome measure_coalescing(const harness::CrewPlan& plan, const Settings& settings) {
  Outcome outcome = measure_timed_crew(plan, settings);
  const auto sent = static_cast<double>(outcome.operations_of_each[0]);
  outcome.operations = outcome.operations_of_each[1];
  const auto arrived = static_cast<double>(outcome.operations);
  outcome.ns_per_operation = outcome.seconds * 1e9 / arrived;
  outcome.further = {{"sent", sent}, {"arrived", arrived}, {"arrived_share", arrived / sent}};
  return outcome;
}

/// Adds the cases of one row.
template <class S>
class SignalCases {
 public:
  explicit SignalCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    if constexpr (Messenger<S>) {
      for (Peers peers : {Peers::threads, Peers::processes}) {
        if (!reaches(S::info, peers)) continue;
        add_messenger({2, peers}, cases_.place(harness::Place::same_cpu, 2));
        add_messenger({2, peers}, cases_.nearest_pair());
      }
    } else if constexpr (Alarm<S>) {
      // One worker, of whichever kind: a process, which all of them reach.
      using namespace std::chrono_literals;
      add_alarm(100us, "ahead_100us");
      add_alarm(5ms, "ahead_5ms");
    } else {
      add_watcher(cases_.place(harness::Place::same_cpu, 2));
      add_watcher(cases_.nearest_pair());
    }
  }

 private:
  void add_messenger(SignalShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto ping_pong = crew_over<SignalPingPong<S>>(shape.peers, placement.cpus, shape);
    add(name_of("ping_pong", shape.peers, placement), placement.cpus,
        [ping_pong](const Settings& s) { return measure_crew(ping_pong, s); });
    if constexpr (S::facts.queues) {
      constexpr std::size_t capacity = 1024;
      auto stream = crew_over<SignalStream<S>>(shape.peers, placement.cpus, shape, capacity);
      add(name_of("stream", shape.peers, placement).with("capacity", capacity), placement.cpus,
          [stream](const Settings& s) { return measure_stream(stream, s); });
    } else {
      auto coalesce = crew_over<SignalCoalesce<S>>(shape.peers, placement.cpus, shape);
      add(name_of("coalesce", shape.peers, placement), placement.cpus,
          [coalesce](const Settings& s) { return measure_coalescing(coalesce, s); });
    }
  }

  void add_alarm(Clock::duration ahead, const char* work) {
    const harness::Placement placement = cases_.place(harness::Place::compact, 1);
    auto plan = crew_over<AlarmLateness<S>>(Peers::processes, placement.cpus,
                                            SignalShape{1, Peers::processes}, ahead);
    auto name = name_of("alarm", Peers::processes, placement);
    name.with("workers", std::size_t{1}).with("work", work);
    add(name, placement.cpus, [plan](const Settings& s) { return measure_crew(plan, s); });
  }

  /// The children are on the second CPU of the placement.
  void add_watcher(const harness::Placement& placement) {
    if (!placement.exists()) return;
    const std::vector<int> worker = {placement.cpus.front()};
    auto plan = crew_over<ChildExit<S>>(Peers::processes, worker, SignalShape{1, Peers::processes},
                                        int{placement.cpus.back()});
    add(name_of("child_exit", Peers::processes, placement), placement.cpus,
        [plan](const Settings& s) { return measure_crew(plan, s); });
  }

  static harness::CaseName name_of(const char* scenario, Peers peers,
                                   const harness::Placement& placement) {
    return case_name("signal", S::info, scenario, peers, placement);
  }
  void add(const harness::CaseName& name, const std::vector<int>& cpus,
           std::function<Outcome(const Settings&)> measure) {
    cases_.add(
        {.name = name, .cpus = cpus, .object_bytes = sizeof(S), .measure = std::move(measure)});
  }

  Cases& cases_;
};

template <class Row>
void add_signal(Cases& cases) {
  using S = typename Row::type;
  static_assert(Messenger<S> || Alarm<S> || ChildWatcher<S>);
  cases.add_row(S::info);
  if (S::info.unavailable().empty()) SignalCases<S>(cases).add_all();
}

}  // namespace handoff::bench
