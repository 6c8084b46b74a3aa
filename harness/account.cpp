#include "harness/account.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <stdexcept>
#include <string>

#include "impl/common/status.hpp"

namespace handoff::harness {
namespace {

std::ifstream open_proc(pid_t id, const char* file) {
  return std::ifstream("/proc/" + std::to_string(id) + "/" + file);
}

/// The number behind "name:" or "name   :" in a file of such lines; -1 when it is not there.
std::int64_t field(std::ifstream file, const std::string& name) {
  std::string line;
  while (std::getline(file, line)) {
    if (line.compare(0, name.size(), name) != 0) continue;
    std::size_t colon = line.find(':', name.size());
    if (colon != std::string::npos) return std::stoll(line.substr(colon + 1));
  }
  return -1;
}

}  // namespace

Cost cost_of_this_thread() {
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == -1) throw_errno("thread CPU clock");
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) == -1) throw_errno("getrusage");
  return {.cpu_ns = std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec,
          .voluntary_switches = usage.ru_nvcsw,
          .involuntary_switches = usage.ru_nivcsw};
}

Cost cost_of(pid_t id) {
  Cost cost;
  if (!(open_proc(id, "schedstat") >> cost.cpu_ns)) {
    throw std::runtime_error("no worker " + std::to_string(id) + " to read the cost of");
  }
  cost.voluntary_switches = field(open_proc(id, "status"), "voluntary_ctxt_switches");
  cost.involuntary_switches = field(open_proc(id, "status"), "nonvoluntary_ctxt_switches");
  return cost;
}

std::int64_t migrations_of(pid_t id) { return field(open_proc(id, "sched"), "se.nr_migrations"); }

}  // namespace handoff::harness
