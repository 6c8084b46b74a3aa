#pragma once

#include <string>

#include "../common/cpu.hpp"
#include "../common/worker_numbers.hpp"
#include "contract.hpp"

namespace handoff::barrier {

/// A barrier that lies in its own memory. A mechanism is built from a shape, and has a Party, built
/// from the mechanism and a number, which is the handle.
template <class Mechanism, const Info& barrier_info, const BarrierFacts& barrier_facts>
class InPlaceBarrier {
 public:
  static constexpr const Info& info = barrier_info;
  static constexpr const BarrierFacts& facts = barrier_facts;

  explicit InPlaceBarrier(const BarrierShape& shape)
      : parties_(info.name, shape.parties, facts.most_parties), mechanism_(shape) {
    if (facts.runs_action || !shape.action) return;
    throw std::invalid_argument(std::string(info.name) +
                                ": nobody knows to be the last, who would run the action");
  }
  typename Mechanism::Party handle(unsigned party) {
    parties_.check(info.name, party);
    return typename Mechanism::Party(mechanism_, party);
  }

 private:
  WorkerNumbers parties_;
  alignas(isolation) Mechanism mechanism_;
};

}  // namespace handoff::barrier
