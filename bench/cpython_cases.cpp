#include "bench/cpython_row.hpp"
#include "bench/touched_memory.hpp"

namespace handoff::bench {

void add_python_pipes(CPythonRow& row) {
  for (const harness::Placement& pair : row.all().pairs()) {
    for (std::size_t bytes : {8U, 16384U, 1048576U}) {
      for (const char* scenario : {"ping_pong", "stream"}) {
        row.add(row.name(scenario, pair).with("size", bytes), pair, bytes);
      }
    }
  }
}

void add_python_queues(CPythonRow& row) {
  constexpr std::size_t bytes = 8;
  constexpr std::size_t capacity = 1024;
  auto add = [&](const char* scenario, std::size_t producers, std::size_t consumers,
                 const harness::Placement& placement) {
    auto name = row.name(scenario, placement);
    name.with("producers", producers).with("consumers", consumers);
    row.add(name.with("size", bytes).with("capacity", capacity), placement, bytes);
  };
  for (const harness::Placement& pair : row.all().pairs()) {
    add("ping_pong", 1, 1, pair);
    add("stream", 1, 1, pair);
  }
  add("stream", 4, 4, row.compact(8));
}

void add_python_values(CPythonRow& row) {
  constexpr std::size_t bytes = 8;
  for (unsigned workers : {1U, 2U, 4U}) {
    auto placement = row.compact(workers);
    auto name = row.name("add", placement);
    row.add(name.with("workers", std::size_t{workers}).with("size", bytes), placement, bytes);
  }
}

void add_python_processes(CPythonRow& row) {
  auto add = [&](harness::Place place, const char* memory) {
    auto placement = row.place(place, 1);
    for (const char* scenario : {"start", "start_join"}) {
      auto name = row.name(scenario, placement);
      if (*memory != '\0') name.with("work", memory);
      row.add(name, placement);
    }
  };
  for (const MemoryToTouch& memory : memories_to_touch) {
    if (memory.is_possible()) add(harness::Place::unpinned, memory.name);
  }
  add(harness::Place::same_cpu, "");
}

void add_python_signals(CPythonRow& row) {
  const bool has_handler = !row.info().policy.empty();
  const bool has_children = !has_handler && reaches(row.info(), Peers::processes);
  for (const harness::Placement& pair : row.one_cpu_and_two()) {
    row.add(row.name("ping_pong", pair), pair);
    row.add(row.name("coalesce", pair), pair);
    if (has_children) row.add(row.name("child_exit", pair), pair);
  }
  if (has_handler) return;
  auto placement = row.compact(1);
  for (const char* ahead : {"ahead_100us", "ahead_5ms"}) {
    auto name = row.name("alarm", placement);
    row.add(name.with("workers", std::size_t{1}).with("work", ahead), placement);
  }
}

void add_python_managers(CPythonRow& row) {
  for (unsigned clients : {1U, 4U}) {
    auto placement = row.compact(clients);
    for (std::size_t bytes : {std::size_t{16}, std::size_t{1024}, std::size_t{64} * 1024}) {
      auto add = [&](const char* scenario, const char* work = "") {
        auto name = row.name(scenario, placement);
        name.with("workers", std::size_t{clients}).with("size", bytes);
        if (*work != '\0') name.with("work", work);
        row.add(name, placement, bytes);
      };
      add("get");
      add("set");
      add("append");
      add("mix", "sets_50");
      add("mix", "sets_5");
    }
  }
}

}  // namespace handoff::bench
