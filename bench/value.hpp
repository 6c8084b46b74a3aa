#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "bench/cases.hpp"
#include "impl/common/cpu.hpp"
#include "impl/value/contract.hpp"

/// The scenarios of the value family, over any implementation.
namespace handoff::bench {

/// All workers add 1 to the same value, `count` times each.
template <class V>
class ValueAdd {
 public:
  explicit ValueAdd(ValueShape shape) : workers_(shape.workers), value_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<decltype(value_.handle(0))>(value_.handle(seat.worker));
    return [this, &seat, handle](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) handle->add(1, 0);
      seat.report.balance += count;
      // acq_rel: the last one, which settles, comes after every addition and former settlement.
      if (finished_.fetch_add(1, std::memory_order_acq_rel) % workers_ != workers_ - 1) return;
      std::uint64_t total = handle->load(0);
      seat.report.balance -= total - settled_;
      settled_ = total;
    };
  }

 private:
  unsigned workers_;
  std::atomic<std::uint64_t> finished_{0};  ///< workers that have, in all phases
  std::uint64_t settled_ = 0;               ///< the value after the phase before
  alignas(isolation) V value_;
};

/// Adds the cases of one row.
template <class V>
class ValueCases {
 public:
  explicit ValueCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(V::info, peers)) continue;
      for (unsigned workers : {1U, 2U, 4U}) {
        add({workers, peers}, cases_.place(harness::Place::compact, workers));
      }
      add({2, peers}, cases_.place(harness::Place::same_cpu, 2));
    }
  }

 private:
  void add(ValueShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    using Object = ValueAdd<V>;
    harness::CaseName name{"value", row_name(V::info), "add", {}};
    name.with("peers", to_string(shape.peers)).with("place", to_string(placement.place));
    name.with("workers", std::size_t{shape.workers}).with("size", sizeof(typename V::value_type));
    harness::CrewPlan plan{
        .peers = shape.peers,
        .cpus = placement.cpus,
        .program = harness::program_of<Object>(
            [shape](void* memory) { new (memory) Object(shape); },
            [](Object& object, harness::Seat& seat) { return object.join(seat); })};
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .bytes = sizeof(typename V::value_type),
                .object_bytes = sizeof(Object),
                .measure = [plan, n = shape.workers](const Settings& s) {
                  return measure_crew(plan, s, n);
                }});
  }

  Cases& cases_;
};

template <class Row>
void add_value(Cases& cases) {
  using V = typename Row::template type<std::uint64_t, 1>;
  static_assert(Value<V>);
  cases.add_row(V::info);
  if (V::info.unavailable().empty()) ValueCases<V>(cases).add_all();
}

}  // namespace handoff::bench
