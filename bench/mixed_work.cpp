#include "bench/mixed_work.hpp"

#include "bench/calibrated_work.hpp"

namespace handoff::bench {

bool is_long(TaskNumber task) {
  constexpr std::uint64_t scrambling_steps = 4;
  const std::uint64_t drawn = run_chain(task / mixed_tasks, scrambling_steps);
  return task % mixed_tasks == folded(drawn) % mixed_tasks;
}

std::uint32_t run_mixed(const TaskNumber& task) {
  return is_long(task) ? chain_task<long_task_ns>(task) : chain_task<short_task_ns>(task);
}

std::uint32_t due_mixed(TaskNumber task) {
  return is_long(task) ? due_chain<long_task_ns>(task) : due_chain<short_task_ns>(task);
}

}  // namespace handoff::bench
