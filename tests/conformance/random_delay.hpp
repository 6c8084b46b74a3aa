#pragma once

#include <sched.h>

#include <chrono>
#include <random>
#include <thread>

#include "impl/common/cpu.hpp"

namespace handoff::conformance {

/// Mostly for a moment; now and then until others have run, or until they sleep.
class RandomDelay {
 public:
  explicit RandomDelay(unsigned seed) : random_(seed + 1) {}
  void operator()() {
    const auto lot = static_cast<unsigned>(random_() % 4096);
    if (lot < 4) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    } else if (lot < 64) {
      sched_yield();
    }
    for (unsigned turn = lot % 64; turn > 0; --turn) cpu_relax();
  }

 private:
  std::minstd_rand random_;
};

}  // namespace handoff::conformance
