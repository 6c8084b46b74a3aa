#pragma once

#include "bench/shared_object.hpp"
#include "bench/value_scenarios.hpp"

/// The cases of the value family, over any implementation.
namespace handoff::bench {

/// Adds the cases of one row, which offers `template type<T, Length>`.
template <class Row>
class ValueCases {
  template <class T, std::size_t Length>
  using Form = typename Row::template type<T, Length>;
  using Counter = Form<Word, 1>;

 public:
  explicit ValueCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(Counter::info, peers)) continue;
      for (unsigned workers : cases_.worker_counts()) {
        add<ValueAdd<Counter>>("add", {workers, peers}, compact(workers), sizeof(Word));
      }
      add<ValueAdd<Counter>>("add", {2, peers}, cases_.place(harness::Place::same_cpu, 2),
                             sizeof(Word));
    }
    // What follows depends little on the kind of peers: of each row in its widest reach.
    Peers peers = reaches(Counter::info, Peers::processes) ? Peers::processes : Peers::threads;
    add<ValueReadMostly<Counter, 20>>("read_mostly", {2, peers}, compact(2), sizeof(Word),
                                      "reads_95");
    add<ValueReadMostly<Counter, 1000>>("read_mostly", {2, peers}, compact(2), sizeof(Word),
                                        "reads_99_9");
    add<ValueElementWrite<Form<Word, elements>, elements>>("element_write", {2, peers}, compact(2),
                                                           sizeof(Word));
    if constexpr (Counter::locked) {
      add_wide<64>(peers);
      add_wide<4096>(peers);
      add_slices<64>(peers);
      add_slices<std::size_t{64} * 1024>(peers);
      add_slices<std::size_t{1024} * 1024>(peers);
    }
  }

 private:
  /// Some pages of neighbours.
  static constexpr std::size_t elements = 1024;

  harness::Placement compact(unsigned workers) const {
    return cases_.place(harness::Place::compact, workers);
  }
  template <std::size_t bytes>
  void add_wide(Peers peers) {
    add<ValueWide<Form<Item<bytes>, 1>>>("wide_value", {2, peers}, compact(2), bytes);
  }
  template <std::size_t bytes>
  void add_slices(Peers peers) {
    constexpr std::size_t words = bytes / sizeof(Word);
    add<ValueSlices<Form<Word, words>, words>>("slice_copy", {2, peers}, compact(2), bytes);
  }

  template <class Object>
  void add(const char* scenario, ValueShape shape, const harness::Placement& placement,
           std::size_t bytes, const char* work = "") {
    if (!placement.exists()) return;
    auto name = case_name("value", Counter::info, scenario, shape.peers, placement);
    name.with("workers", std::size_t{shape.workers}).with("size", bytes);
    if (*work != '\0') name.with("work", work);
    auto plan = crew_over<Object>(shape.peers, placement.cpus, shape);
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .bytes = bytes,
                .object_bytes = sizeof(Object),
                .measure = [plan](const Settings& s) { return measure_timed_crew(plan, s); }});
  }

  Cases& cases_;
};

template <class Row>
void add_value(Cases& cases) {
  using V = typename Row::template type<Word, 1>;
  static_assert(Value<V>);
  cases.add_row(V::info);
  if (V::info.unavailable().empty()) ValueCases<Row>(cases).add_all();
}

}  // namespace handoff::bench
