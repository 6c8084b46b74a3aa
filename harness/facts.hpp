#pragma once

#include <string>
#include <vector>

/// The single facts that read_environment() lists: one line each, or "not readable (why)".
namespace handoff::harness::facts {

// Processor (processor_facts.cpp).
std::string cpu_model(const std::string& root);
/// "none", or the name it tells the guest: "KVM".
std::string hypervisor(const std::string& root);
std::string governor(const std::string& root, const std::vector<int>& cpus);
std::string turbo(const std::string& root);
std::string mitigations(const std::string& root);
std::string cpuidle_driver(const std::string& root);
/// How long an idle guest CPU spins before it halts, which decides what a wake-up costs.
std::string halt_poll(const std::string& root);
std::string smt(const std::string& root);
std::string isolated_cpus(const std::string& root);

// Kernel and limits (kernel_facts.cpp).
std::string kernel(const std::string& root);
std::string clock_source(const std::string& root);
std::string transparent_huge_pages(const std::string& root);
/// The kernel's build configuration, from /proc/config.gz or /boot.
struct TickAndPreemption {
  std::string tick_hz;
  std::string preemption;
};
TickAndPreemption tick_and_preemption(const std::string& root);
std::string aslr(const std::string& root);
std::string numa_balancing(const std::string& root);
std::string pipe_limits(const std::string& root);
std::string mqueue_limits(const std::string& root);
std::string locked_memory(const std::string& root);

}  // namespace handoff::harness::facts
