#pragma once

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff::event {

/// An event that is the same to all workers: all that one more mechanism needs is its Info and its
/// facts. A mechanism has what a handle has.
template <class Mechanism, const Info& its_info, const EventFacts& its_facts>
class InPlaceEvent {
 public:
  static constexpr const Info& info = its_info;
  static constexpr const EventFacts& facts = its_facts;

  explicit InPlaceEvent(EventShape shape) : workers_(shape.workers) {
    if (workers_ == 0) throw std::invalid_argument(std::string(info.name) + ": 0 workers");
  }

  class Handle {
   public:
    explicit Handle(Mechanism& mechanism) : mechanism_(&mechanism) {}

    void set() { mechanism_->set(); }
    void clear() { mechanism_->clear(); }
    bool is_set() const { return mechanism_->is_set(); }
    bool wait(Deadline deadline = never) { return mechanism_->wait(deadline); }

   private:
    Mechanism* mechanism_;
  };

  Handle handle(unsigned worker) {
    if (worker < workers_) return Handle(mechanism_);
    throw std::out_of_range(std::string(info.name) + ": worker " + std::to_string(worker) + " of " +
                            std::to_string(workers_));
  }

 private:
  unsigned workers_;
  alignas(isolation) Mechanism mechanism_;  // what workers do beside it lies on other lines
};

}  // namespace handoff::event
