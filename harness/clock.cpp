#include "harness/clock.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "harness/median.hpp"

namespace handoff::harness {
namespace {

double cost_of_block() {
  constexpr int readings = 1000;
  std::int64_t begin = now_ns();
  std::int64_t last = begin;
  for (int i = 0; i < readings; ++i) last = now_ns();
  return static_cast<double>(last - begin) / readings;
}

double smallest_step() {
  std::int64_t step = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 1000; ++i) {
    std::int64_t first = now_ns();
    std::int64_t second = first;
    while (second == first) second = now_ns();
    step = std::min(step, second - first);
  }
  return static_cast<double>(step);
}

ClockFacts measure_clock() {
  std::array<double, 51> blocks{};
  for (double& block : blocks) block = cost_of_block();
  return {.cost_ns = median(blocks), .resolution_ns = smallest_step()};
}

}  // namespace

const ClockFacts& clock_facts() {
  static const ClockFacts facts = measure_clock();
  return facts;
}

}  // namespace handoff::harness
