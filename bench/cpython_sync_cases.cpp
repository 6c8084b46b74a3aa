#include "bench/cpython_row.hpp"

namespace handoff::bench {

void add_python_locks(CPythonRow& row) {
  auto add = [&](const char* scenario, std::size_t workers, const harness::Placement& placement,
                 const char* work = "") {
    auto name = row.name(scenario, placement);
    if (workers != 0) name.with("workers", workers);
    if (*work != '\0') name.with("work", work);
    row.add(name, placement);
  };
  add("uncontended", 1, row.compact(1));
  for (const char* work : {"hold_0", "hold_1us"}) {
    for (const harness::Placement& pair : row.all().pairs()) add("contended", 2, pair, work);
    add("contended", 4, row.compact(4), work);
  }
  for (const harness::Placement& pair : row.all().pairs()) add("ping_pong", 0, pair);
}

void add_python_semaphores(CPythonRow& row) {
  for (const harness::Placement& pair : row.one_cpu_and_two()) {
    row.add(row.name("ping_pong", pair), pair);
  }
  auto add_permits = [&](std::size_t workers, std::size_t permits,
                         const harness::Placement& placement) {
    auto name = row.name("permits", placement);
    row.add(name.with("workers", workers).with("capacity", permits), placement);
  };
  add_permits(2, 1, row.place(harness::Place::same_cpu, 2));
  add_permits(2, 1, row.compact(2));
  add_permits(4, 2, row.compact(4));
  add_permits(8, 2, row.compact(8));
}

void add_python_events(CPythonRow& row) {
  for (const harness::Placement& pair : row.one_cpu_and_two()) {
    row.add(row.name("ping_pong", pair), pair);
  }
  for (unsigned workers : {2U, 5U, 9U}) {
    auto placement = row.compact(workers);
    auto name = row.name("wake_all", placement);
    row.add(name.with("workers", std::size_t{workers}), placement);
  }
}

void add_python_conditions(CPythonRow& row) {
  for (const harness::Placement& pair : row.one_cpu_and_two()) {
    row.add(row.name("ping_pong", pair), pair);
  }
  constexpr unsigned one_and_eight = 9;
  auto placement = row.compact(one_and_eight);
  auto name = row.name("notify_all", placement);
  row.add(name.with("workers", std::size_t{one_and_eight}), placement);
}

void add_python_barriers(CPythonRow& row) {
  auto add = [&](std::size_t parties, const harness::Placement& placement) {
    row.add(row.name("rounds", placement).with("workers", parties), placement);
  };
  for (const harness::Placement& pair : row.one_cpu_and_two()) add(2, pair);
  for (unsigned parties : {4U, 8U}) add(parties, row.compact(parties));
}

}  // namespace handoff::bench
