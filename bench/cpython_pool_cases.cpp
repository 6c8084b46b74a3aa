#include <span>
#include <string>
#include <vector>

#include "bench/cpython_row.hpp"
#include "bench/web_server.hpp"

/// CPython's pools, and the same tasks without one.
namespace handoff::bench {
namespace {

struct Task {
  const char* scenario;
  const char* work;
  bool fetches_pages = false;
};

constexpr Task tasks[] = {
    {"cpu_bound", "sieve"},        {"cpu_bound", "1us"},
    {"cpu_bound", "10us"},         {"cpu_bound", "100us"},
    {"cpu_bound", "1ms"},          {"memory_bound", "sum_64mib"},
    {"mixed", "short_90_long_10"}, {"io_bound", "fsync"},
    {"io_bound", "wait_1ms"},      {"io_bound", "wait_5ms"},
    {"table", "inherited"},        {"table", "shared"},
    {"table", "copied"},           {"table", "mapped"},
    {"io_bound", "http", true},    {"io_bound", "http_5ms", true},
};
/// Those that are also measured by workers that are spread out, and that are not pinned.
constexpr Task tasks_in_all_places[] = {
    {"cpu_bound", "sieve"}, {"memory_bound", "sum_64mib"}, {"table", "shared"}};

/// The server of this process, as run.py takes it.
std::vector<std::string> web_server() {
  const WebServer& server = WebServer::of_this_process();
  return {std::to_string(server.port()), server.folder(), std::to_string(server.pid())};
}

void add_task(CPythonRow& row, const harness::CaseName& name, const harness::Placement& placement,
              const Task& task) {
  if (!task.fetches_pages) {
    row.add(name, placement);
  } else if (why_no_web_server().empty()) {
    row.add(name, placement, 0, web_server);
  }
}

harness::CaseName named(const CPythonRow& row, const char* scenario,
                        const harness::Placement& placement) {
  return row.name(scenario, placement).with("workers", placement.cpus.size());
}

/// How tasks travel, for which any task will do.
void add_travel(CPythonRow& row, const harness::Placement& placement) {
  row.add(named(row, "apply", placement), placement);
  row.add(named(row, "submit_to_start", placement), placement);
  for (std::size_t chunk : {1U, 1000U}) {
    row.add(named(row, "tiny_tasks", placement).with("chunk", chunk), placement);
  }
}

void add_tasks(CPythonRow& row, const harness::Placement& placement, std::span<const Task> chosen) {
  for (const Task& task : chosen) {
    add_task(row, named(row, task.scenario, placement).with("work", task.work), placement, task);
  }
}

}  // namespace

void add_python_pools(CPythonRow& row) {
  const bool is_executor = row.info().name == "cpython_futures";  // differs in how tasks travel
  for (unsigned workers : row.all().crowded_worker_counts()) {
    auto placement = row.compact(workers);
    if (!placement.exists()) continue;
    add_travel(row, placement);
    if (!is_executor) add_tasks(row, placement, tasks);
  }
  if (is_executor) return;
  for (const harness::Placement& placement : row.all().other_places()) {
    add_tasks(row, placement, tasks_in_all_places);
  }
}

void add_python_serial(CPythonRow& row) {
  auto alone = row.place(harness::Place::same_cpu, 1);
  for (const Task& task : tasks) {
    add_task(row, row.name(task.scenario, alone).with("work", task.work), alone, task);
  }
}

}  // namespace handoff::bench
