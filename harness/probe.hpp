#pragma once

#include <chrono>

namespace handoff::harness {

/// What it costs to hand one cache line to another CPU and back.
struct Probe {
  double round_trip_ns = 0;  ///< median over blocks of round trips
  bool measured = false;     ///< false when the CPUs are one, unpinned, or too slow for the budget
};

/// Bounces one cache line between two threads pinned to these CPUs; the fingerprint of where a
/// hypervisor has put them just now. Ends within about `budget` after both threads run, also when
/// both CPUs are in truth one. Both threads have been joined when it returns, so that the caller
/// may fork. Raises when a CPU may not be used.
Probe probe_cache_line(int cpu_a, int cpu_b,
                       std::chrono::nanoseconds budget = std::chrono::microseconds(1500));

/// The measurement itself, also for a CPU with itself: it ends in time, and has not measured.
Probe bounce_cache_line(int cpu_a, int cpu_b, std::chrono::nanoseconds budget);

/// Two round trips further apart than this factor belong to two modes. One pair of CPUs of a
/// virtual machine showed modes of 19, 50, 87 and 200 to 290 ns: the nearest two modes differ by
/// 1.74, and within one mode the extremes differ by up to 1.45.
inline constexpr double mode_ratio = 1.5;

/// Whether the CPUs changed mode between two probes, in nanoseconds. A value that is not positive
/// was not measured, and proves nothing.
bool probe_moved(double before, double after);
/// A probe that could be measured only once has moved too.
bool probe_moved(const Probe& before, const Probe& after);

}  // namespace handoff::harness
