#include <cstdlib>

#include "harness/facts.hpp"
#include "harness/text_file.hpp"

namespace handoff::harness::facts {
namespace {

TextFile setting(const std::string& root, const std::string& name) {
  return read_text(root + "/proc/sys/" + name);
}

/// The choice that a file marks: "always [madvise] never" -> "madvise".
std::string marked(const TextFile& file, char open, char close) {
  if (!file.readable()) return file.or_reason();
  std::size_t begin = file.text.find(open);
  std::size_t end = file.text.find(close, begin);
  if (end == file.text.npos) return file.text;
  return file.text.substr(begin + 1, end - begin - 1);
}

TextFile build_config(const std::string& root) {
  TextFile config = read_gzip(root + "/proc/config.gz");
  if (config.readable()) return config;
  TextFile in_boot = read_text(root + "/boot/config-" + setting(root, "kernel/osrelease").text);
  if (in_boot.readable()) return in_boot;
  return {.text = {}, .error = "neither /proc/config.gz nor /boot/config"};
}

bool enabled(const TextFile& config, const std::string& option) {
  return value_of(config.text, "CONFIG_" + option) == "y";
}

std::string tick(const TextFile& config) {
  if (!config.readable()) return config.or_reason();
  std::string hz = value_of(config.text, "CONFIG_HZ");
  for (const char* mode : {"HZ_PERIODIC", "NO_HZ_IDLE", "NO_HZ_FULL"}) {
    if (enabled(config, mode)) return hz + ", " + mode;
  }
  return hz;
}

std::string built_in_preemption(const TextFile& config) {
  if (enabled(config, "PREEMPT_RT")) return "real time";
  if (enabled(config, "PREEMPT_LAZY")) return "lazy";
  if (enabled(config, "PREEMPT")) return "full";
  if (enabled(config, "PREEMPT_VOLUNTARY")) return "voluntary";
  return enabled(config, "PREEMPT_NONE") ? "none" : "unknown";
}

/// The current model where debugfs shows it, else what the kernel was booted or built with.
std::string preemption(const std::string& root, const TextFile& config) {
  TextFile current = read_text(root + "/sys/kernel/debug/sched/preempt");
  if (current.readable()) return marked(current, '(', ')');
  for (const std::string& word : words(read_text(root + "/proc/cmdline").text)) {
    if (word.starts_with("preempt=")) return word.substr(word.find('=') + 1) + ", set at boot";
  }
  if (!config.readable()) return config.or_reason();
  std::string model = built_in_preemption(config) + ", built in";
  return enabled(config, "PREEMPT_DYNAMIC") ? model + " and changeable" : model;
}

/// The soft value of a line of /proc/self/limits.
std::string limit_in_bytes(const std::string& root, const std::string& name) {
  TextFile limits = read_text(root + "/proc/self/limits");
  if (!limits.readable()) return limits.or_reason();
  std::vector<std::string> values = words(value_of(limits.text, name));
  if (values.empty()) return not_readable("not in /proc/self/limits");
  return values[0] == "unlimited" ? values[0] : values[0] + " B";
}

}  // namespace

std::string kernel(const std::string& root) {
  return setting(root, "kernel/ostype").or_reason() + " " +
         setting(root, "kernel/osrelease").or_reason();
}

std::string clock_source(const std::string& root) {
  return read_text(root + "/sys/devices/system/clocksource/clocksource0/current_clocksource")
      .or_reason();
}

std::string transparent_huge_pages(const std::string& root) {
  std::string directory = root + "/sys/kernel/mm/transparent_hugepage/";
  return marked(read_text(directory + "enabled"), '[', ']') + ", shared memory " +
         marked(read_text(directory + "shmem_enabled"), '[', ']');
}

TickAndPreemption tick_and_preemption(const std::string& root) {
  TextFile config = build_config(root);
  return {.tick_hz = tick(config), .preemption = preemption(root, config)};
}

std::string aslr(const std::string& root) {
  constexpr unsigned long addr_no_randomize = 0x0040000;  // personality(2)
  std::string personality = read_text(root + "/proc/self/personality").text;
  if ((std::strtoul(personality.c_str(), nullptr, 16) & addr_no_randomize) != 0) {
    return "off for this process";
  }
  TextFile level = setting(root, "kernel/randomize_va_space");
  if (level.text == "0") return "off";
  if (level.text == "1") return "on, without the heap";
  return level.text == "2" ? "on" : level.or_reason();
}

std::string numa_balancing(const std::string& root) {
  TextFile file = setting(root, "kernel/numa_balancing");
  if (!file.readable()) return file.or_reason();
  return file.text == "0" ? "off" : "on (" + file.text + ")";
}

std::string pipe_limits(const std::string& root) {
  return "largest " + setting(root, "fs/pipe-max-size").or_reason() + " B; pages per user: soft " +
         setting(root, "fs/pipe-user-pages-soft").or_reason() + ", hard " +
         setting(root, "fs/pipe-user-pages-hard").or_reason();
}

std::string mqueue_limits(const std::string& root) {
  return "msg_max " + setting(root, "fs/mqueue/msg_max").or_reason() + ", msgsize_max " +
         setting(root, "fs/mqueue/msgsize_max").or_reason() + " B, queues_max " +
         setting(root, "fs/mqueue/queues_max").or_reason() + ", per user " +
         limit_in_bytes(root, "Max msgqueue size");
}

std::string locked_memory(const std::string& root) {
  return limit_in_bytes(root, "Max locked memory");
}

}  // namespace handoff::harness::facts
