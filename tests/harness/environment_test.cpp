#include "harness/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "harness/text_file.hpp"
#include "tests/harness/fake_root.hpp"

namespace handoff::harness {
namespace {

Topology two_cpus() { return Topology::synthetic("pack:1 l3:1(size=33554432) core:2 pu:1"); }

std::map<std::string, std::string> environment_of(const FakeRoot& root) {
  Environment all = read_environment(two_cpus(), root.path());
  return {all.begin(), all.end()};
}

/// What a small virtual machine shows of its processor and kernel.
void write_virtual_machine(const FakeRoot& root) {
  root.write("/proc/cpuinfo",
             "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu hypervisor avx\n\n");
  root.write("/proc/sys/kernel/ostype", "Linux\n");
  root.write("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  root.write("/boot/config-6.1.0-18-amd64",
             "CONFIG_HZ_250=y\nCONFIG_HZ=250\nCONFIG_NO_HZ_IDLE=y\n# CONFIG_PREEMPT is not set\n"
             "CONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_PREEMPT_DYNAMIC=y\n");
  root.write("/proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet\n");
  const std::string cpu = "/sys/devices/system/cpu/";
  root.write(cpu + "online", "0-3\n");
  root.write(cpu + "isolated", "\n");
  root.write(cpu + "smt/active", "0\n");
  root.write(cpu + "smt/control", "notsupported\n");
  root.write(cpu + "cpuidle/current_driver", "haltpoll\n");
  root.write(cpu + "cpuidle/current_governor", "haltpoll\n");
  root.write("/sys/module/haltpoll/parameters/guest_halt_poll_ns", "200000\n");
  root.write("/sys/module/haltpoll/parameters/guest_halt_poll_grow_start", "50000\n");
  root.write(cpu + "vulnerabilities/meltdown", "Not affected\n");
  root.write(cpu + "vulnerabilities/spectre_v2", "Mitigation: Retpolines\n");
}

void write_limits(const FakeRoot& root) {
  root.write("/proc/self/limits",
             "Limit                     Soft Limit           Hard Limit           Units     \n"
             "Max locked memory         8388608              8388608              bytes     \n"
             "Max msgqueue size         819200               819200               bytes     \n");
  root.write("/proc/sys/fs/pipe-max-size", "1048576\n");
  root.write("/proc/sys/fs/pipe-user-pages-soft", "16384\n");
  root.write("/proc/sys/fs/pipe-user-pages-hard", "0\n");
  root.write("/proc/sys/fs/mqueue/msg_max", "10\n");
  root.write("/proc/sys/fs/mqueue/msgsize_max", "8192\n");
  root.write("/proc/sys/fs/mqueue/queues_max", "256\n");
}

TEST(Environment, has_every_key_once_and_a_value_for_each) {
  FakeRoot empty;
  Environment all = read_environment(two_cpus(), empty.path());
  std::set<std::string> keys;
  for (const auto& [key, value] : all) {
    keys.insert(key);
    EXPECT_FALSE(value.empty()) << key;
    EXPECT_EQ(value.find('\n'), value.npos) << key;
  }
  EXPECT_EQ(keys.size(), all.size());
  EXPECT_EQ(keys,
            (std::set<std::string>{"machine_id",    "cpu_model",      "cache_sizes",
                                   "topology",      "allowed_cpus",   "kernel",
                                   "hypervisor",    "clock_source",   "governor",
                                   "turbo",         "mitigations",    "transparent_huge_pages",
                                   "cgroup_quota",  "cpuidle_driver", "halt_poll",
                                   "tick_hz",       "preemption",     "smt",
                                   "isolated_cpus", "aslr",           "numa_balancing",
                                   "pipe_limits",   "mqueue_limits",  "locked_memory",
                                   "compiler",      "compile_flags",  "libraries",
                                   "commit",        "dirty"}));
}

TEST(Environment, says_of_what_it_cannot_read_that_and_why) {
  FakeRoot empty;
  for (const auto& [key, value] : environment_of(empty)) {
    static const std::set<std::string> from_elsewhere = {"machine_id",    "cache_sizes", "topology",
                                                         "allowed_cpus",  "compiler",    "commit",
                                                         "compile_flags", "libraries",   "dirty"};
    if (from_elsewhere.contains(key)) continue;
    EXPECT_NE(value.find("not readable ("), value.npos) << key << " = " << value;
  }
}

TEST(Environment, reads_processor_and_kernel_of_a_virtual_machine) {
  FakeRoot root;
  write_virtual_machine(root);
  auto environment = environment_of(root);
  EXPECT_EQ(environment["cpu_model"], "AMD EPYC");
  EXPECT_EQ(environment["kernel"], "Linux 6.1.0-18-amd64");
  EXPECT_EQ(environment["tick_hz"], "250, NO_HZ_IDLE");
  EXPECT_EQ(environment["preemption"], "voluntary, built in and changeable");
  EXPECT_EQ(environment["isolated_cpus"], "none");
  EXPECT_EQ(environment["smt"], "off, control notsupported");
  EXPECT_EQ(environment["cpuidle_driver"], "haltpoll, governor haltpoll");
  EXPECT_EQ(environment["halt_poll"], "up to 200000 ns, from 50000 ns");
  EXPECT_EQ(environment["mitigations"], "spectre_v2: Mitigation: Retpolines");
  EXPECT_EQ(environment["allowed_cpus"], "0-1");
  EXPECT_EQ(environment["topology"], two_cpus().describe());
}

TEST(Environment, reads_limits) {
  FakeRoot root;
  write_limits(root);
  auto environment = environment_of(root);
  EXPECT_EQ(environment["locked_memory"], "8388608 B");
  EXPECT_EQ(environment["pipe_limits"], "largest 1048576 B; pages per user: soft 16384, hard 0");
  EXPECT_EQ(environment["mqueue_limits"],
            "msg_max 10, msgsize_max 8192 B, queues_max 256, per user 819200 B");
}

TEST(Environment, prefers_the_preemption_model_in_force_to_the_built_one) {
  FakeRoot root;
  write_virtual_machine(root);
  root.write("/proc/cmdline", "quiet preempt=full\n");
  EXPECT_EQ(environment_of(root)["preemption"], "full, set at boot");
  root.write("/sys/kernel/debug/sched/preempt", "none voluntary full (lazy)\n");
  EXPECT_EQ(environment_of(root)["preemption"], "lazy");
}

TEST(Environment, reads_the_packed_kernel_configuration) {
  FakeRoot root;
  root.write("/proc/config", "CONFIG_HZ=1000\nCONFIG_PREEMPT=y\n");
  ASSERT_EQ(std::system(("gzip '" + root.path() + "/proc/config'").c_str()), 0);
  EXPECT_EQ(environment_of(root)["tick_hz"], "1000");
  EXPECT_EQ(environment_of(root)["preemption"], "full, built in");
}

TEST(Environment, reads_frequency_control) {
  FakeRoot root;
  const std::string cpu = "/sys/devices/system/cpu/";
  root.write(cpu + "cpu0/cpufreq/scaling_governor", "performance\n");
  root.write(cpu + "cpu0/cpufreq/scaling_driver", "intel_pstate\n");
  root.write(cpu + "cpu1/cpufreq/scaling_governor", "powersave\n");
  root.write(cpu + "cpu1/cpufreq/scaling_driver", "intel_pstate\n");
  root.write(cpu + "cpufreq/boost", "1\n");
  EXPECT_EQ(environment_of(root)["governor"],
            "performance by intel_pstate, powersave by intel_pstate");
  EXPECT_EQ(environment_of(root)["turbo"], "on");
  root.write(cpu + "intel_pstate/no_turbo", "1\n");
  EXPECT_EQ(environment_of(root)["turbo"], "off");
}

TEST(Environment, sees_address_randomisation_switched_off_for_this_process) {
  FakeRoot root;
  root.write("/proc/sys/kernel/randomize_va_space", "2\n");
  EXPECT_EQ(environment_of(root)["aslr"], "on");
  root.write("/proc/self/personality", "00040000\n");
  EXPECT_EQ(environment_of(root)["aslr"], "off for this process");
}

TEST(Environment, takes_the_marked_choice) {
  FakeRoot root;
  root.write("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
  root.write("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "always within_size [never]\n");
  EXPECT_EQ(environment_of(root)["transparent_huge_pages"], "madvise, shared memory never");
}

TEST(MachineId, is_made_of_model_online_cpus_and_hypervisor) {
  FakeRoot root;
  write_virtual_machine(root);
  EXPECT_EQ(machine_id(two_cpus(), root.path()), "amd-epyc-4cpu-unknown");
  root.write("/sys/hypervisor/type", "xen\n");
  EXPECT_EQ(machine_id(two_cpus(), root.path()), "amd-epyc-4cpu-xen");
  FakeRoot bare;
  bare.write("/proc/cpuinfo", "model name\t: AMD Ryzen 7 5800X 8-Core Processor\nflags\t: fpu\n");
  EXPECT_EQ(machine_id(two_cpus(), bare.path()), "amd-ryzen-7-5800x-2cpu-bare");
  FakeRoot nothing;
  EXPECT_EQ(machine_id(two_cpus(), nothing.path()), "unknown-2cpu-unknown");
}

TEST(MachineId, does_not_change_with_the_allowed_cpus) {
  FakeRoot root;
  write_virtual_machine(root);
  EXPECT_EQ(machine_id(Topology::synthetic("pack:1 core:4 pu:1", {2}), root.path()),
            machine_id(two_cpus(), root.path()));
}

TEST(Slug, leaves_out_marks_and_fillers) {
  EXPECT_EQ(slug("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz"), "intel-xeon-platinum-8375c");
  EXPECT_EQ(slug("12th Gen Intel(R) Core(TM) i7-12700K"), "12th-gen-intel-core-i7-12700k");
}

TEST(CpuList, is_written_and_read_as_the_kernel_does) {
  EXPECT_EQ(list_text({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
  EXPECT_EQ(parse_list("0-2,5,7-8"), (std::vector<int>{0, 1, 2, 5, 7, 8}));
  EXPECT_EQ(list_text({}), "");
  EXPECT_TRUE(parse_list("").empty());
}

TEST(TextFile, finds_whole_keys_only) {
  EXPECT_EQ(value_of("CONFIG_HZ_250=y\nCONFIG_HZ=250", "CONFIG_HZ"), "250");
  EXPECT_EQ(value_of("model name\t: x y", "model name"), "x y");
  EXPECT_EQ(value_of("a: 1", "b"), "");
}

}  // namespace
}  // namespace handoff::harness
