#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "bench/pool_tasks.hpp"

/// Memory-bound work: the sum over an array that is larger than most caches, read once per pass.
namespace handoff::bench {

inline constexpr std::size_t summed_bytes = std::size_t{64} << 20;
inline constexpr std::size_t summed_parts = 64;  ///< a task each

/// Fills the array of this process and those that it forks afterwards; it lives as long as the
/// result, and there is one at a time.
std::shared_ptr<void> fill_summed_array();

/// The sum of a task's part, modulo 2^64, folded to 32 bits.
std::uint32_t sum_part(const TaskNumber& task);
std::uint32_t due_sum(TaskNumber task);

}  // namespace handoff::bench
