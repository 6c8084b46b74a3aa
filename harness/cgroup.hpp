#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace handoff::harness {

/// A control group whose processor limits hold for this process.
struct CpuCgroup {
  int version;            ///< 1 or 2
  std::string directory;  ///< where its files are
};

/// This process's own groups and every group above them that can be seen here, since a limit on
/// any of them holds for us. Found by /proc/self/cgroup and /proc/self/mountinfo below `root`.
std::vector<CpuCgroup> cpu_cgroups(const std::string& root = "/");

/// For how long these groups have been stopped for having used up their quota, in nanoseconds,
/// added over the groups. 0 where none counts it, as where there is no quota.
std::int64_t throttled_ns(const std::vector<CpuCgroup>& groups);

/// The tightest quota: "1.5 CPUs (150000 us in 100000 us, cgroup v2)", or "none (cgroup v1)".
std::string describe_quota(const std::vector<CpuCgroup>& groups);

}  // namespace handoff::harness
