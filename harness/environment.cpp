#include "harness/environment.hpp"

#include <gnu/libc-version.h>
#include <hwloc.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#if __has_include(<boost/version.hpp>)
#include <boost/version.hpp>
#endif

#include "commit.hpp"
#include "harness/cgroup.hpp"
#include "harness/facts.hpp"
#include "harness/text_file.hpp"

// HANDOFF_COMPILE_FLAGS and HANDOFF_LIBRARIES come from the build.

namespace handoff::harness {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

std::string libraries() {
  std::string text = std::string("glibc ") + gnu_get_libc_version() + ", hwloc " HWLOC_VERSION;
#ifdef BOOST_LIB_VERSION
  text += ", Boost " + std::string(BOOST_LIB_VERSION);
  std::ranges::replace(text, '_', '.');
#endif
  std::string others = HANDOFF_LIBRARIES;
  return others.empty() ? text : text + ", " + others;
}

/// What stands in a model's name without telling models apart.
bool is_filler(const std::string& word) {
  return word == "cpu" || word == "processor" || word.ends_with("-core") || word == "with";
}

std::string without_marks(std::string text) {
  for (const char* mark : {"(R)", "(TM)", "(r)", "(tm)"}) {
    for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark)) {
      text.erase(at, std::char_traits<char>::length(mark));
    }
  }
  return text.substr(0, text.find('@'));
}

std::size_t online_cpus(const Topology& topology, const std::string& root) {
  TextFile online = read_text(root + "/sys/devices/system/cpu/online");
  return online.readable() ? parse_list(online.text).size() : topology.cpus().size();
}

}  // namespace

std::string slug(const std::string& cpu_model) {
  std::string result;
  for (std::string word : words(without_marks(cpu_model))) {
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (is_filler(word)) continue;
    std::ranges::replace_if(
        word, [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
    result += (result.empty() ? "" : "-") + word;
  }
  return result;
}

std::string list_text(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t i = 0; i < cpus.size();) {
    std::size_t last = i;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(cpus[i]);
    if (last > i) text += "-" + std::to_string(cpus[last]);
    i = last + 1;
  }
  return text;
}

std::vector<int> parse_list(const std::string& text) {
  std::vector<int> cpus;
  for (const std::string& range : split(text, ',')) {
    std::vector<std::string> ends = split(range, '-');
    int first = std::atoi(ends.front().c_str());
    int last = std::atoi(ends.back().c_str());
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
  }
  return cpus;
}

std::string machine_id(const Topology& topology, const std::string& root) {
  std::string model = facts::cpu_model(root);
  std::string hypervisor = facts::hypervisor(root);
  bool known = !model.starts_with("not readable");
  bool told = !hypervisor.starts_with("not readable") && !hypervisor.starts_with("present");
  return (known ? slug(model) : "unknown") + "-" + std::to_string(online_cpus(topology, root)) +
         "cpu-" +
         (hypervisor == "none" ? "bare"
          : told               ? slug(hypervisor)
                               : "unknown");
}

Environment read_environment(const Topology& topology, const std::string& root) {
  facts::TickAndPreemption built = facts::tick_and_preemption(root);
  return {
      {"machine_id", machine_id(topology, root)},
      {"cpu_model", facts::cpu_model(root)},
      {"cache_sizes", topology.caches()},
      {"topology", topology.describe()},
      {"allowed_cpus", list_text(topology.cpus())},
      {"kernel", facts::kernel(root)},
      {"hypervisor", facts::hypervisor(root)},
      {"clock_source", facts::clock_source(root)},
      {"governor", facts::governor(root, topology.cpus())},
      {"turbo", facts::turbo(root)},
      {"mitigations", facts::mitigations(root)},
      {"transparent_huge_pages", facts::transparent_huge_pages(root)},
      {"cgroup_quota", describe_quota(cpu_cgroups(root))},
      {"cpuidle_driver", facts::cpuidle_driver(root)},
      {"halt_poll", facts::halt_poll(root)},
      {"tick_hz", built.tick_hz},
      {"preemption", built.preemption},
      {"smt", facts::smt(root)},
      {"isolated_cpus", facts::isolated_cpus(root)},
      {"aslr", facts::aslr(root)},
      {"numa_balancing", facts::numa_balancing(root)},
      {"pipe_limits", facts::pipe_limits(root)},
      {"mqueue_limits", facts::mqueue_limits(root)},
      {"locked_memory", facts::locked_memory(root)},
      {"compiler", compiler()},
      {"compile_flags", HANDOFF_COMPILE_FLAGS},
      {"libraries", libraries()},
      {"commit", HANDOFF_COMMIT},
      {"dirty", HANDOFF_DIRTY},
  };
}

}  // namespace handoff::harness
