#include "harness/noise.hpp"

#include <gtest/gtest.h>

#include "harness/cgroup.hpp"
#include "tests/harness/fake_root.hpp"

namespace handoff::harness {
namespace {

/// A case of 50 ms with two workers on a CPU each, that nothing disturbed.
CaseNoise quiet_case() { return {.seconds = 0.05, .workers = 2, .pinned_cpus = 2}; }

bool is_noisy(const CaseNoise& noise) {
  NoiseVerdict verdict = judge_noise(noise);
  EXPECT_EQ(verdict.noisy, !verdict.reasons.empty());
  return verdict.noisy;
}

constexpr std::int64_t ms = 1'000'000;

TEST(NoiseRule, lets_a_quiet_case_pass) { EXPECT_FALSE(is_noisy(quiet_case())); }

TEST(NoiseRule, allows_steal_of_one_percent_of_all_processor_time) {
  CaseNoise noise = quiet_case();
  noise.system.steal_ns = 1 * ms;  // of 100 ms
  EXPECT_FALSE(is_noisy(noise));
  noise.system.steal_ns += 1;
  EXPECT_TRUE(is_noisy(noise));
  noise.pinned_cpus = 4;
  EXPECT_FALSE(is_noisy(noise));
}

TEST(NoiseRule, takes_one_tick_of_steal_in_a_short_case_for_noise) {
  CaseNoise noise = quiet_case();
  noise.system.steal_ns = system_noise_resolution_ns();
  EXPECT_EQ(judge_noise(noise).reasons, "steal of 10 ms is over 1 % of the processor time");
}

TEST(NoiseRule, allows_no_throttling) {
  CaseNoise noise = quiet_case();
  noise.system.throttled_ns = 3 * ms;
  EXPECT_EQ(judge_noise(noise).reasons, "throttled for 3 ms by the cgroup's quota");
}

TEST(NoiseRule, allows_a_few_interruptions_of_a_worker_with_its_own_cpu) {
  CaseNoise noise = quiet_case();
  noise.involuntary_switches = involuntary_always_allowed;
  EXPECT_FALSE(is_noisy(noise));
  noise.involuntary_switches = involuntary_always_allowed + 1;
  EXPECT_TRUE(is_noisy(noise));
}

TEST(NoiseRule, judges_interruptions_by_their_rate_in_a_long_case) {
  CaseNoise noise = quiet_case();
  noise.seconds = 10;
  noise.involuntary_switches = 400;  // 20 per second and worker
  EXPECT_FALSE(is_noisy(noise));
  noise.involuntary_switches = 401;
  EXPECT_TRUE(is_noisy(noise));
}

TEST(NoiseRule, expects_interruptions_of_workers_that_share_a_cpu) {
  CaseNoise noise = quiet_case();
  noise.pinned_cpus = 1;
  noise.involuntary_switches = 1000;
  EXPECT_FALSE(is_noisy(noise));
}

TEST(NoiseRule, allows_migrations_only_of_workers_that_are_not_pinned) {
  CaseNoise noise = quiet_case();
  noise.migrations = 1;
  EXPECT_TRUE(is_noisy(noise));
  noise.pinned_cpus = 0;
  EXPECT_FALSE(is_noisy(noise));
}

TEST(NoiseRule, allows_no_change_of_mode) {
  CaseNoise noise = quiet_case();
  noise.probe_moved = true;
  EXPECT_TRUE(is_noisy(noise));
}

TEST(NoiseRule, ignores_interrupts_and_frequency) {
  CaseNoise noise = quiet_case();
  noise.system.interrupt_ns = 50 * ms;
  noise.system.frequency_mhz = 800;
  EXPECT_FALSE(is_noisy(noise));
}

TEST(NoiseRule, gives_every_reason) {
  CaseNoise noise = quiet_case();
  noise.probe_moved = true;
  noise.migrations = 2;
  EXPECT_EQ(judge_noise(noise).reasons,
            "pinned workers migrated 2 times; the raw cache-line probe changed mode");
}

TEST(SystemNoise, is_a_difference_of_totals) {
  SystemNoise early{.steal_ns = 10, .interrupt_ns = 20, .throttled_ns = 30, .frequency_mhz = 800};
  SystemNoise late{.steal_ns = 11, .interrupt_ns = 22, .throttled_ns = 33, .frequency_mhz = 3000};
  SystemNoise change = late.since(early);
  EXPECT_EQ(change.steal_ns, 1);
  EXPECT_EQ(change.interrupt_ns, 2);
  EXPECT_EQ(change.throttled_ns, 3);
  EXPECT_EQ(change.frequency_mhz, 3000);
}

constexpr const char* recorded_stat =
    "cpu  4812 0 4138 923245 517 3 82 136 0 0\n"
    "cpu0 2104 0 2113 462016 14 1 9 77 0 0\n"
    "cpu1 2707 0 2025 461228 502 2 72 58 0 0\n"
    "cpu10 1 1 1 1 1 1 1 1 0 0\n"
    "intr 1234 0 0\n"
    "ctxt 4711\n";

TEST(SystemNoise, reads_the_named_cpus_once_each) {
  FakeRoot root;
  root.write("/proc/stat", recorded_stat);
  std::int64_t tick = system_noise_resolution_ns();
  EXPECT_EQ(read_system_noise({0, 1}, root.path()).steal_ns, (77 + 58) * tick);
  EXPECT_EQ(read_system_noise({1, 1}, root.path()).steal_ns, 58 * tick);
  EXPECT_EQ(read_system_noise({1}, root.path()).interrupt_ns, (2 + 72) * tick);
}

TEST(SystemNoise, of_workers_that_are_not_pinned_is_that_of_all_cpus) {
  FakeRoot root;
  root.write("/proc/stat", recorded_stat);
  std::int64_t all = 136 * system_noise_resolution_ns();
  EXPECT_EQ(read_system_noise({-1, -1}, root.path()).steal_ns, all);
  EXPECT_EQ(read_system_noise({}, root.path()).steal_ns, all);
}

TEST(SystemNoise, is_nothing_where_nothing_can_be_read) {
  FakeRoot root;
  SystemNoise noise = read_system_noise({0}, root.path());
  EXPECT_EQ(noise.steal_ns, 0);
  EXPECT_EQ(noise.throttled_ns, 0);
  EXPECT_FALSE(noise.frequency_mhz.has_value());
}

TEST(SystemNoise, takes_the_lowest_frequency) {
  FakeRoot root;
  root.write("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "3400000\n");
  root.write("/sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "800000\n");
  EXPECT_EQ(read_system_noise({0, 1}, root.path()).frequency_mhz, 800);
}

TEST(SystemNoise, of_this_machine_can_be_read_and_does_not_shrink) {
  SystemNoise before = read_system_noise({-1});
  SystemNoise change = read_system_noise({-1}).since(before);
  EXPECT_GE(change.steal_ns, 0);
  EXPECT_GE(change.throttled_ns, 0);
}

/// cgroup v1 as in a container that is shown its own group as the top.
void write_v1(const FakeRoot& root) {
  root.write("/proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n3:cpuset:/docker/abc\n0::/\n");
  root.write("/proc/self/mountinfo",
             "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
             "34 31 0:31 /docker/abc /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/cpu.stat",
             "nr_periods 10\nnr_throttled 2\nthrottled_time 123456789\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
}

/// cgroup v2 with a quota on the service and a tighter one on the slice above it.
void write_v2(const FakeRoot& root) {
  root.write("/proc/self/cgroup", "0::/batch.slice/job.service\n");
  root.write("/proc/self/mountinfo",
             "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
  root.write("/sys/fs/cgroup/batch.slice/job.service/cpu.max", "200000 100000\n");
  root.write("/sys/fs/cgroup/batch.slice/job.service/cpu.stat",
             "usage_usec 99\nnr_throttled 1\nthrottled_usec 1000\n");
  root.write("/sys/fs/cgroup/batch.slice/cpu.max", "50000 100000\n");
  root.write("/sys/fs/cgroup/batch.slice/cpu.stat", "usage_usec 99\nthrottled_usec 20\n");
  root.write("/sys/fs/cgroup/cpu.stat", "usage_usec 12345\n");
}

TEST(Cgroup, throttling_of_version_1_is_read) {
  FakeRoot root;
  write_v1(root);
  EXPECT_EQ(read_system_noise({0}, root.path()).throttled_ns, 123456789);
}

TEST(Cgroup, throttling_of_version_2_is_added_over_the_groups_above) {
  FakeRoot root;
  write_v2(root);
  EXPECT_EQ(read_system_noise({0}, root.path()).throttled_ns, 1'020'000);
}

TEST(Cgroup, tightest_quota_is_described) {
  FakeRoot first;
  write_v1(first);
  EXPECT_EQ(describe_quota(cpu_cgroups(first.path())),
            "1.5 CPUs (150000 us in 100000 us, cgroup v1)");
  FakeRoot second;
  write_v2(second);
  EXPECT_EQ(describe_quota(cpu_cgroups(second.path())),
            "0.5 CPUs (50000 us in 100000 us, cgroup v2)");
}

TEST(Cgroup, below_the_mounted_subtree_is_found) {
  FakeRoot root;
  write_v1(root);
  root.write("/proc/self/cgroup", "4:cpu,cpuacct:/docker/abc/job\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "25000\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(describe_quota(cpu_cgroups(root.path())),
            "0.25 CPUs (25000 us in 100000 us, cgroup v1)");
}

TEST(Cgroup, without_quota_or_without_a_mount_says_so) {
  FakeRoot root;
  EXPECT_EQ(describe_quota(cpu_cgroups(root.path())),
            "not readable (no cgroup with a cpu controller is mounted)");
  write_v2(root);
  root.write("/sys/fs/cgroup/batch.slice/job.service/cpu.max", "max 100000\n");
  root.write("/sys/fs/cgroup/batch.slice/cpu.max", "max 100000\n");
  EXPECT_EQ(describe_quota(cpu_cgroups(root.path())), "none (cgroup v2)");
}

TEST(Cgroup, with_a_path_of_the_host_falls_back_to_what_is_mounted) {
  FakeRoot root;
  write_v2(root);
  root.write("/proc/self/cgroup", "0::/../../elsewhere\n");
  root.write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
  root.write("/sys/fs/cpu.max", "1 100000\n");  // above the mount, not of a group
  EXPECT_EQ(describe_quota(cpu_cgroups(root.path())), "1 CPUs (100000 us in 100000 us, cgroup v2)");
}

}  // namespace
}  // namespace handoff::harness
