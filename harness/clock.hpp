#pragma once

#include <cstdint>
#include <ctime>

namespace handoff::harness {

/// Nanoseconds of CLOCK_MONOTONIC; comparable between threads and processes of one machine.
inline std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

struct ClockFacts {
  double cost_ns;        ///< median cost of one reading, many in a row
  double resolution_ns;  ///< smallest step seen between two different readings
};

/// Measured once per process, in a few milliseconds.
const ClockFacts& clock_facts();

}  // namespace handoff::harness
