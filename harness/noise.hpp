#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace handoff::harness {

/// What others took from a set of CPUs: totals since boot, or the difference of two of them.
struct SystemNoise {
  std::int64_t steal_ns = 0;                 ///< ready to run, but the hypervisor ran somebody else
  std::int64_t interrupt_ns = 0;             ///< in hard and soft interrupts
  std::int64_t throttled_ns = 0;             ///< stopped for the cgroup's quota; not of single CPUs
  std::optional<double> frequency_mhz = {};  ///< lowest now, where the kernel tells it

  /// Differences of the totals; the frequency is that of the later reading.
  SystemNoise since(const SystemNoise& earlier) const;
};

/// The step of steal_ns and interrupt_ns: /proc/stat counts in ticks of USER_HZ, 10 ms on all
/// common machines, per CPU.
std::int64_t system_noise_resolution_ns();

/// Reads /proc/stat, the cgroup's cpu.stat and cpufreq below `root`, for these CPUs (repeated ones
/// count once), or for all when none is named or one is negative (not pinned). What the kernel
/// does not tell counts as 0.
SystemNoise read_system_noise(const std::vector<int>& cpus, const std::string& root = "/");

/// What happened to one case, summed over all its workers.
struct CaseNoise {
  double seconds = 0;        ///< length of what was measured
  unsigned workers = 0;      ///< all of them
  unsigned pinned_cpus = 0;  ///< different CPUs that they are pinned to; 0: not pinned
  std::int64_t involuntary_switches = 0;
  std::int64_t migrations = 0;  ///< of workers to another CPU
  bool probe_moved = false;     ///< see probe.hpp
  SystemNoise system = {};      ///< over the case, of its CPUs
};

struct NoiseVerdict {
  bool noisy = false;
  std::string reasons;  ///< "; "-separated, with value and limit; empty when quiet
};

/// Others may take this share of the case's processor time: a fifth of the 5 % difference that
/// results are asked to show. On two CPUs in less than half a second the first tick of steal is
/// over it. Part of that tick may be older than the case; to call a quiet case noisy costs one
/// repetition, to miss a stolen one costs a wrong number.
inline constexpr double steal_share_limit = 0.01;

/// Per worker and second, where each has a CPU to itself: the kernel's own threads interrupt a
/// few times a second for microseconds; one more program on that CPU does it 100 to 300 times, a
/// time slice of 3 to 10 ms each.
inline constexpr double involuntary_rate_limit = 20;

/// A slice of tens of milliseconds may be met by that many of the kernel's threads by chance.
inline constexpr std::int64_t involuntary_always_allowed = 2;

/// The rule for calling a case noisy: any of
/// - steal over steal_share_limit of the processor time,
/// - any throttling (it stops every worker for the rest of a period, usually up to 100 ms),
/// - workers that have a CPU each, interrupted over involuntary_rate_limit (sharing a CPU makes
///   involuntary switches by itself),
/// - a pinned worker that migrated (its pinning was changed from outside),
/// - a raw probe that changed mode.
/// Interrupts and frequency are not judged: the former belong to what some cases measure (timers,
/// loopback), the latter is not known for idle CPUs, which all are before a case.
NoiseVerdict judge_noise(const CaseNoise& noise);

}  // namespace handoff::harness
