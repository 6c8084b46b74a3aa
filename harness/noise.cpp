#include "harness/noise.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string_view>

#include "harness/cgroup.hpp"
#include "harness/text_file.hpp"

namespace handoff::harness {
namespace {

constexpr double ns_per_second = 1e9;

/// proc(5), /proc/stat: user nice system idle iowait irq softirq steal, after the CPU's name.
enum StatField : std::size_t { irq = 6, softirq = 7, steal = 8 };

std::int64_t ticks_ns(const std::vector<std::string>& fields, StatField field) {
  if (field >= fields.size()) return 0;
  return std::strtoll(fields[field].c_str(), nullptr, 10) * system_noise_resolution_ns();
}

/// The names that lines of /proc/stat begin with: "cpu0", or "cpu" for all.
std::set<std::string> stat_names(const std::vector<int>& cpus) {
  if (cpus.empty() || std::ranges::min(cpus) < 0) return {"cpu"};
  std::set<std::string> names;
  for (int cpu : cpus) names.insert("cpu" + std::to_string(cpu));
  return names;
}

void read_stat(SystemNoise& noise, const std::vector<int>& cpus, const std::string& root) {
  std::set<std::string> names = stat_names(cpus);
  for (const std::string& line : split(read_text(root + "/proc/stat").text, '\n')) {
    if (!line.starts_with("cpu")) continue;
    std::vector<std::string> fields = words(line);
    if (!names.contains(fields[0])) continue;
    noise.steal_ns += ticks_ns(fields, steal);
    noise.interrupt_ns += ticks_ns(fields, irq) + ticks_ns(fields, softirq);
  }
}

std::optional<double> lowest_frequency(const std::vector<int>& cpus, const std::string& root) {
  constexpr double khz_per_mhz = 1000;
  std::optional<double> lowest;
  for (int cpu : cpus) {
    TextFile file = read_text(root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                              "/cpufreq/scaling_cur_freq");
    if (!file.readable()) continue;
    double mhz = std::strtod(file.text.c_str(), nullptr) / khz_per_mhz;
    if (!lowest || mhz < *lowest) lowest = mhz;
  }
  return lowest;
}

/// Collects reasons.
class Judge {
 public:
  template <class... Parts>
  void blame(const Parts&... parts) {
    if (verdict_.noisy) reasons_ << "; ";
    verdict_.noisy = true;
    (reasons_ << ... << parts);
  }

  NoiseVerdict verdict() {
    verdict_.reasons = reasons_.str();
    return verdict_;
  }

 private:
  NoiseVerdict verdict_;
  std::ostringstream reasons_;
};

double milliseconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }

void judge_steal(Judge& judge, const CaseNoise& noise) {
  unsigned cpus = noise.pinned_cpus > 0 ? noise.pinned_cpus : noise.workers;
  double limit = steal_share_limit * noise.seconds * ns_per_second * cpus;
  if (noise.system.steal_ns <= 0 || static_cast<double>(noise.system.steal_ns) <= limit) return;
  judge.blame("steal of ", milliseconds(noise.system.steal_ns), " ms is over ",
              100 * steal_share_limit, " % of the processor time");
}

void judge_interruptions(Judge& judge, const CaseNoise& noise) {
  if (noise.pinned_cpus < noise.workers || noise.workers == 0) return;
  if (noise.involuntary_switches <= involuntary_always_allowed) return;
  double rate = static_cast<double>(noise.involuntary_switches) / (noise.seconds * noise.workers);
  if (rate <= involuntary_rate_limit) return;
  judge.blame("interrupted ", noise.involuntary_switches, " times, over ", involuntary_rate_limit,
              " per second and worker");
}

}  // namespace

SystemNoise SystemNoise::since(const SystemNoise& earlier) const {
  return {.steal_ns = steal_ns - earlier.steal_ns,
          .interrupt_ns = interrupt_ns - earlier.interrupt_ns,
          .throttled_ns = throttled_ns - earlier.throttled_ns,
          .frequency_mhz = frequency_mhz};
}

std::int64_t system_noise_resolution_ns() {
  static const long user_hz = sysconf(_SC_CLK_TCK);
  return static_cast<std::int64_t>(ns_per_second) / user_hz;
}

SystemNoise read_system_noise(const std::vector<int>& cpus, const std::string& root) {
  SystemNoise noise;
  read_stat(noise, cpus, root);
  noise.throttled_ns = throttled_ns(cpu_cgroups(root));
  noise.frequency_mhz = lowest_frequency(cpus, root);
  return noise;
}

NoiseVerdict judge_noise(const CaseNoise& noise) {
  Judge judge;
  judge_steal(judge, noise);
  if (noise.system.throttled_ns > 0) {
    judge.blame("throttled for ", milliseconds(noise.system.throttled_ns),
                " ms by the cgroup's quota");
  }
  judge_interruptions(judge, noise);
  if (noise.pinned_cpus > 0 && noise.migrations > 0) {
    judge.blame("pinned workers migrated ", noise.migrations, " times");
  }
  if (noise.probe_moved) judge.blame("the raw cache-line probe changed mode");
  return judge.verdict();
}

}  // namespace handoff::harness
