#pragma once

#include "contract.hpp"

namespace handoff::signal {

/// How many workers an object has, and whether one is among them.
class SignalWorkers {
 public:
  SignalWorkers(const Info& info, SignalShape shape, std::size_t most = unlimited)
      : count_(shape.workers) {
    if (count_ == 0) throw std::invalid_argument(std::string(info.name) + ": 0 workers");
    if (count_ > most) throw LimitError(info.name, "workers", count_, most);
  }

  void check(const Info& info, unsigned worker) const {
    if (worker < count_) return;
    throw std::out_of_range(std::string(info.name) + ": worker " + std::to_string(worker) + " of " +
                            std::to_string(count_));
  }

 private:
  unsigned count_;
};

}  // namespace handoff::signal
