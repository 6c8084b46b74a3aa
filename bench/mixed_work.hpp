#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/pool_tasks.hpp"

/// A stream of short tasks with some long ones among them, in a fixed pseudo-random order.
namespace handoff::bench {

inline constexpr std::int64_t short_task_ns = 10'000;
inline constexpr std::int64_t long_task_ns = 1'000'000;
inline constexpr std::size_t mixed_tasks = 10;  ///< of so many, one is long: which, is drawn

bool is_long(TaskNumber task);
std::uint32_t run_mixed(const TaskNumber& task);
std::uint32_t due_mixed(TaskNumber task);

}  // namespace handoff::bench
