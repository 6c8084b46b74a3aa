#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "harness/facts.hpp"
#include "harness/text_file.hpp"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace handoff::harness::facts {
namespace {

constexpr const char* cpu_directory = "/sys/devices/system/cpu";

TextFile cpu_file(const std::string& root, const std::string& name) {
  return read_text(root + cpu_directory + "/" + name);
}

std::string joined(const std::set<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// The twelve letters by which a hypervisor introduces itself (CPUID leaf 0x40000000); empty on
/// processors without that instruction.
std::string hypervisor_signature() {
#if defined(__x86_64__) || defined(__i386__)
  constexpr unsigned hypervisor_leaf = 0x40000000;
  std::array<unsigned, 4> registers{};
  __cpuid(hypervisor_leaf, registers[0], registers[1], registers[2], registers[3]);
  std::array<char, 13> signature{};
  std::memcpy(signature.data(), &registers[1], signature.size() - 1);
  return signature.data();
#else
  return {};
#endif
}

std::string name_of_signature(const std::string& signature) {
  static const std::map<std::string, std::string> names = {
      {"KVMKVMKVM", "KVM"},     {"Microsoft Hv", "Hyper-V"},   {"VMwareVMware", "VMware"},
      {"XenVMMXenVMM", "Xen"},  {"bhyve bhyve ", "bhyve"},     {"TCGTCGTCGTCG", "QEMU TCG"},
      {"ACRNACRNACRN", "ACRN"}, {"prl hyperv  ", "Parallels"}, {"VBoxVBoxVBox", "VirtualBox"}};
  auto found = names.find(signature);
  return found == names.end() ? signature : found->second;
}

}  // namespace

std::string cpu_model(const std::string& root) {
  TextFile info = read_text(root + "/proc/cpuinfo");
  if (!info.readable()) return info.or_reason();
  std::string model = value_of(info.text, "model name");
  if (!model.empty()) return model;
  std::string implementer = value_of(info.text, "CPU implementer");  // arm64 has no names
  if (implementer.empty()) return not_readable("/proc/cpuinfo names no model");
  return "arm implementer " + implementer + " part " + value_of(info.text, "CPU part");
}

std::string hypervisor(const std::string& root) {
  TextFile info = read_text(root + "/proc/cpuinfo");
  TextFile type = read_text(root + "/sys/hypervisor/type");
  if (type.readable() && !type.text.empty()) return type.text;
  std::string flags = value_of(info.text, "flags");
  if (flags.empty()) return not_readable("/proc/cpuinfo has no flags");
  std::vector<std::string> all = words(flags);
  if (!std::set<std::string>(all.begin(), all.end()).contains("hypervisor")) return "none";
  // The instruction speaks of the machine that runs this, not of a recorded tree.
  std::string signature = root == "/" ? hypervisor_signature() : "";
  return signature.empty() ? "present, of unknown kind" : name_of_signature(signature);
}

std::string governor(const std::string& root, const std::vector<int>& cpus) {
  std::set<std::string> governors;
  for (int cpu : cpus) {
    std::string directory = "cpu" + std::to_string(cpu) + "/cpufreq/";
    TextFile file = cpu_file(root, directory + "scaling_governor");
    if (!file.readable()) return file.or_reason();
    governors.insert(file.text + " by " + cpu_file(root, directory + "scaling_driver").or_reason());
  }
  return joined(governors);
}

std::string turbo(const std::string& root) {
  TextFile no_turbo = cpu_file(root, "intel_pstate/no_turbo");
  if (no_turbo.readable()) return no_turbo.text == "0" ? "on" : "off";
  TextFile boost = cpu_file(root, "cpufreq/boost");
  if (!boost.readable()) return boost.or_reason();
  return boost.text == "0" ? "off" : "on";
}

std::string mitigations(const std::string& root) {
  std::error_code error;
  std::set<std::string> affected;
  auto directory =
      std::filesystem::directory_iterator(root + cpu_directory + "/vulnerabilities", error);
  if (error) return not_readable(error.message());
  for (const auto& entry : directory) {
    std::string state = read_text(entry.path()).or_reason();
    if (state != "Not affected") affected.insert(entry.path().filename().string() + ": " + state);
  }
  std::string text;
  for (const std::string& item : affected) text += (text.empty() ? "" : " | ") + item;
  return text.empty() ? "none needed" : text;
}

std::string cpuidle_driver(const std::string& root) {
  TextFile driver = cpu_file(root, "cpuidle/current_driver");
  if (!driver.readable()) return driver.or_reason();
  TextFile governor = cpu_file(root, "cpuidle/current_governor");
  if (!governor.readable()) governor = cpu_file(root, "cpuidle/current_governor_ro");
  return driver.text + ", governor " + governor.or_reason();
}

std::string halt_poll(const std::string& root) {
  std::string directory = root + "/sys/module/haltpoll/parameters/";
  TextFile limit = read_text(directory + "guest_halt_poll_ns");
  if (!limit.readable()) return limit.or_reason();
  std::string governor = cpu_file(root, "cpuidle/current_governor").text;
  if (governor.empty()) governor = cpu_file(root, "cpuidle/current_governor_ro").text;
  std::string used = governor == "haltpoll" ? "" : ", not in use: the governor is " + governor;
  return "up to " + limit.text + " ns, from " +
         read_text(directory + "guest_halt_poll_grow_start").or_reason() + " ns" + used;
}

std::string smt(const std::string& root) {
  TextFile active = cpu_file(root, "smt/active");
  if (!active.readable()) return active.or_reason();
  return (active.text == "1" ? "on" : "off") + std::string(", control ") +
         cpu_file(root, "smt/control").or_reason();
}

std::string isolated_cpus(const std::string& root) {
  TextFile isolated = cpu_file(root, "isolated");
  return isolated.readable() && isolated.text.empty() ? "none" : isolated.or_reason();
}

}  // namespace handoff::harness::facts
