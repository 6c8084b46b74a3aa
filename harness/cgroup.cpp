#include "harness/cgroup.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <optional>
#include <sstream>

#include "harness/text_file.hpp"

namespace handoff::harness {
namespace {

namespace fs = std::filesystem;

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

struct Mount {
  int version;
  std::string subtree;  ///< which group of the hierarchy is its top
  std::string point;
};

/// proc(5): "36 35 98:0 /subtree /point options [optional fields] - type source super_options".
std::optional<Mount> parse_mount(const std::string& line) {
  std::vector<std::string> fields = words(line);
  auto dash = std::ranges::find(fields, "-");
  if (fields.size() < 5 || fields.end() - dash < 4) return std::nullopt;
  const std::string& type = dash[1];
  if (type == "cgroup2") return Mount{2, fields[3], fields[4]};
  if (type == "cgroup" && contains(split(dash[3], ','), "cpu")) {
    return Mount{1, fields[3], fields[4]};
  }
  return std::nullopt;
}

/// Our group in one hierarchy, from /proc/self/cgroup: "4:cpu,cpuacct:/path", "0::/path".
std::string own_group(const std::string& cgroup_file, int version) {
  for (const std::string& line : split(cgroup_file, '\n')) {
    std::size_t first = line.find(':');
    std::size_t second = line.find(':', first + 1);
    if (second == line.npos) continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    bool found = version == 2 ? controllers.empty() : contains(split(controllers, ','), "cpu");
    if (found) return line.substr(second + 1);
  }
  return "/";
}

/// The group's path below the mount. A container may see only a subtree of the hierarchy, or be
/// told a path of the host ("/.." or one that is not there), and then its top is all there is.
fs::path below(const Mount& mount, std::string group) {
  if (mount.subtree != "/" && group.starts_with(mount.subtree)) {
    group.erase(0, mount.subtree.size());
  }
  fs::path path = fs::path(group).relative_path();
  return path.string().starts_with("..") ? fs::path() : path;
}

void add_groups(std::vector<CpuCgroup>& groups, int version, const fs::path& top, fs::path path) {
  while (true) {
    fs::path directory = path.empty() ? top : top / path;
    std::error_code ignored;  // a group that cannot be seen has no files to read either
    if (fs::is_directory(directory, ignored)) groups.push_back({version, directory.string()});
    if (path.empty()) return;
    path = path.parent_path();
  }
}

/// Quota and period in microseconds.
struct Quota {
  double quota;
  double period;
  int version;
  double cpus() const { return quota / period; }
};

std::optional<Quota> read_quota(const CpuCgroup& group) {
  std::string quota, period;
  if (group.version == 2) {
    std::vector<std::string> both = words(read_text(group.directory + "/cpu.max").text);
    if (both.size() != 2) return std::nullopt;
    quota = both[0];  // a number or "max"
    period = both[1];
  } else {
    quota = read_text(group.directory + "/cpu.cfs_quota_us").text;  // -1 for none
    period = read_text(group.directory + "/cpu.cfs_period_us").text;
  }
  Quota result{std::strtod(quota.c_str(), nullptr), std::strtod(period.c_str(), nullptr),
               group.version};
  if (!(result.quota > 0) || !(result.period > 0)) return std::nullopt;
  return result;
}

std::string versions(const std::vector<CpuCgroup>& groups) {
  std::string text;
  for (int version : {1, 2}) {
    if (std::ranges::find(groups, version, &CpuCgroup::version) == groups.end()) continue;
    text += (text.empty() ? "cgroup v" : " and v") + std::to_string(version);
  }
  return text;
}

}  // namespace

std::vector<CpuCgroup> cpu_cgroups(const std::string& root) {
  std::vector<CpuCgroup> groups;
  std::string own = read_text(root + "/proc/self/cgroup").text;
  for (const std::string& line : split(read_text(root + "/proc/self/mountinfo").text, '\n')) {
    std::optional<Mount> mount = parse_mount(line);
    if (!mount) continue;
    fs::path top = fs::path(root) / fs::path(mount->point).relative_path();
    add_groups(groups, mount->version, top, below(*mount, own_group(own, mount->version)));
  }
  return groups;
}

std::int64_t throttled_ns(const std::vector<CpuCgroup>& groups) {
  constexpr std::int64_t ns_per_us = 1000;
  std::int64_t sum = 0;
  for (const CpuCgroup& group : groups) {
    std::string stat = read_text(group.directory + "/cpu.stat").text;
    sum += std::strtoll(value_of(stat, "throttled_time").c_str(), nullptr, 10);  // v1, ns
    sum += ns_per_us * std::strtoll(value_of(stat, "throttled_usec").c_str(), nullptr, 10);  // v2
  }
  return sum;
}

std::string describe_quota(const std::vector<CpuCgroup>& groups) {
  if (groups.empty()) return not_readable("no cgroup with a cpu controller is mounted");
  std::optional<Quota> tightest;
  for (const CpuCgroup& group : groups) {
    std::optional<Quota> quota = read_quota(group);
    if (quota && (!tightest || quota->cpus() < tightest->cpus())) tightest = quota;
  }
  if (!tightest) return "none (" + versions(groups) + ")";
  std::ostringstream text;
  text << std::setprecision(3) << tightest->cpus() << " CPUs (" << std::setprecision(9)
       << tightest->quota << " us in " << tightest->period << " us, cgroup v" << tightest->version
       << ")";
  return text.str();
}

}  // namespace handoff::harness
