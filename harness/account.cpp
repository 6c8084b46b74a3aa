#include "harness/account.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

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

[[noreturn]] void no_worker(pid_t id) {
  throw std::runtime_error("no worker " + std::to_string(id) + " to read the cost of");
}

std::int64_t time_on(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) == -1) throw_errno("CPU clock");
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

rusage usage_of(__rusage_who who) {
  rusage usage{};
  if (getrusage(who, &usage) == -1) throw_errno("getrusage");
  return usage;
}

std::int64_t in_ns(const timeval& time) {
  return std::int64_t{1'000'000'000} * time.tv_sec + std::int64_t{1'000} * time.tv_usec;
}

Cost cost_by(clockid_t clock, __rusage_who who) {
  const rusage usage = usage_of(who);
  return {.cpu_ns = time_on(clock),
          .voluntary_switches = usage.ru_nvcsw,
          .involuntary_switches = usage.ru_nivcsw};
}

std::vector<pid_t> tasks_of(pid_t process) {
  std::vector<pid_t> tasks;
  std::error_code gone;
  std::filesystem::path folder = "/proc/" + std::to_string(process) + "/task";
  for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
    tasks.push_back(std::stoi(entry.path().filename().string()));
  }
  return tasks;
}

Cost switches_of(pid_t task) {
  return {.cpu_ns = 0,
          .voluntary_switches = field(open_proc(task, "status"), "voluntary_ctxt_switches"),
          .involuntary_switches = field(open_proc(task, "status"), "nonvoluntary_ctxt_switches")};
}

}  // namespace

Cost cost_of_this_thread() { return cost_by(CLOCK_THREAD_CPUTIME_ID, RUSAGE_THREAD); }

Cost cost_of_this_process() { return cost_by(CLOCK_PROCESS_CPUTIME_ID, RUSAGE_SELF); }

Cost cost_of_ended_children() {
  const rusage usage = usage_of(RUSAGE_CHILDREN);
  return {.cpu_ns = in_ns(usage.ru_utime) + in_ns(usage.ru_stime),
          .voluntary_switches = usage.ru_nvcsw,
          .involuntary_switches = usage.ru_nivcsw};
}

std::size_t threads_of_this_process() { return tasks_of(getpid()).size(); }

bool is_thread_of_this_process(pid_t id) {
  return std::filesystem::exists("/proc/self/task/" + std::to_string(id));
}

Cost cost_of(pid_t id) {
  bool another_process = field(open_proc(id, "status"), "Tgid") == id && id != getpid();
  Cost cost;
  if (another_process) {
    clockid_t clock{};
    if (int error = clock_getcpuclockid(id, &clock); error != 0) no_worker(id);
    cost.cpu_ns = time_on(clock);
    for (pid_t task : tasks_of(id)) cost += switches_of(task);
  } else {
    if (!(open_proc(id, "schedstat") >> cost.cpu_ns)) no_worker(id);
    cost += switches_of(id);
  }
  return cost;
}

std::int64_t migrations_of(pid_t id) { return field(open_proc(id, "sched"), "se.nr_migrations"); }

}  // namespace handoff::harness
