#include "bench/calibrated_work.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/clock.hpp"

namespace handoff::bench {
namespace {

/// Of the fastest of many trials, over a time in which a sleeping processor speeds up.
double calibrated_ns_per_step() {
  constexpr std::uint64_t trial_steps = 100'000;  // some 200 µs: a clock reading does not show
  constexpr std::int64_t calibration_ns = 20'000'000;
  double fastest = std::numeric_limits<double>::max();
  std::uint64_t state = chain_seed(0);
  const std::int64_t start = harness::now_ns();
  std::int64_t end = start;
  while (end - start < calibration_ns) {
    const std::int64_t begin = end;
    state = run_chain(state, trial_steps);
    asm volatile("" : : "r"(state));
    end = harness::now_ns();
    fastest = std::min(fastest, static_cast<double>(end - begin) / trial_steps);
  }
  return fastest;
}

}  // namespace

std::uint64_t run_chain(std::uint64_t state, std::uint64_t steps) {
  constexpr std::uint64_t multiplier = 6'364'136'223'846'793'005U;
  constexpr std::uint64_t increment = 1'442'695'040'888'963'407U;
  for (std::uint64_t step = 0; step < steps; ++step) {
    state = state * multiplier + increment;
    state ^= state >> 33;
  }
  return state;
}

std::uint64_t steps_of(std::int64_t nanoseconds) {
  static const double ns_per_step = calibrated_ns_per_step();
  double steps = std::round(static_cast<double>(nanoseconds) / ns_per_step);
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(steps));
}

}  // namespace handoff::bench
