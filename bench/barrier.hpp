#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "bench/shared_object.hpp"
#include "impl/barrier/contract.hpp"
#include "impl/common/cpu.hpp"

/// The scenarios and cases of the barrier family, over any implementation.
namespace handoff::bench {

/// All parties go round after round. Before it comes, each writes the number of the round where its
/// neighbour reads it once it has passed: that is what a barrier is for, and costs all the same.
/// No samples: who comes last passes at once, and is the first to wait in the next round, so that
/// on one CPU every other round of a worker is short.
template <class B>
class BarrierRounds {
 public:
  static constexpr unsigned most_parties = 8;

  explicit BarrierRounds(BarrierShape shape) : parties_(shape.parties), barrier_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<decltype(barrier_.handle(0))>(barrier_.handle(seat.worker));
    auto round = [this, &seat, handle, number = std::uint64_t{0}]() mutable {
      // relaxed: the barrier orders what is written before it and read after it.
      parts_[seat.worker].round.store(++number, std::memory_order_relaxed);
      const unsigned index = handle->wait();
      const Part& neighbour = parts_[(seat.worker + 1) % parties_];
      // It may have come to the next round, and not to the one after.
      if (neighbour.round.load(std::memory_order_relaxed) - number > 1) {
        throw std::runtime_error("a party passed before its neighbour had come");
      }
      if (index == 0) ++seat.report.balance;  // exactly one, in each round
    };
    return [&seat, round](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n) round();
      if (seat.worker == 0) seat.report.balance -= count;
    };
  }

 private:
  struct alignas(isolation) Part {
    std::atomic<std::uint64_t> round{0};
  };

  unsigned parties_;
  std::array<Part, most_parties> parts_;
  alignas(isolation) B barrier_;
};

/// Adds the cases of one row.
template <class B>
class BarrierCases {
 public:
  explicit BarrierCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (Peers peers : {Peers::threads, Peers::processes}) {
      if (!reaches(B::info, peers)) continue;
      add({2, peers}, cases_.place(harness::Place::same_cpu, 2));
      add({2, peers}, cases_.nearest_pair());
      for (unsigned parties : {4U, BarrierRounds<B>::most_parties}) {
        add({parties, peers}, cases_.place(harness::Place::compact, parties));
      }
    }
  }

 private:
  void add(BarrierShape shape, const harness::Placement& placement) {
    if (!placement.exists()) return;
    auto name = case_name("barrier", B::info, "rounds", shape.peers, placement);
    name.with("workers", std::size_t{shape.parties});
    auto plan = crew_over<BarrierRounds<B>>(shape.peers, placement.cpus, shape);
    cases_.add({.name = name,
                .cpus = placement.cpus,
                .object_bytes = sizeof(B),
                .measure = [plan](const Settings& s) { return measure_crew(plan, s); }});
  }

  Cases& cases_;
};

template <class Row>
void add_barrier(Cases& cases) {
  using B = typename Row::type;
  static_assert(Barrier<B>);
  cases.add_row(B::info);
  if (B::info.unavailable().empty()) BarrierCases<B>(cases).add_all();
}

}  // namespace handoff::bench
