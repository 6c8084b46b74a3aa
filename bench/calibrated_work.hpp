#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace handoff::bench {

/// Work of a chosen length: a chain of steps, each of which needs the result of the one before, so
/// that no processor and no compiler does two at once. It touches no memory. A step is one of
/// Donald Knuth's linear congruential generator for MMIX, the high bits folded into the low ones.
std::uint64_t run_chain(std::uint64_t state, std::uint64_t steps);

/// How many steps take so long where nothing disturbs them. Calibrated by the first call, within
/// some 20 ms, for this process and those that it forks afterwards.
std::uint64_t steps_of(std::int64_t nanoseconds);

inline constexpr std::size_t chain_variants = 8;

/// Where the chain of a task starts: tasks differ, so that an answer to another task is seen.
constexpr std::uint64_t chain_seed(std::uint32_t task) { return task % chain_variants + 1; }

constexpr std::uint32_t folded(std::uint64_t state) {
  return static_cast<std::uint32_t>(state ^ (state >> 32));
}

/// A task of calibrated length.
template <std::int64_t nanoseconds>
std::uint32_t chain_task(const std::uint32_t& task) {
  static const std::uint64_t steps = steps_of(nanoseconds);
  return folded(run_chain(chain_seed(task), steps));
}

/// The answer that is due, computed for all variants by the first call.
template <std::int64_t nanoseconds>
std::uint32_t due_chain(std::uint32_t task) {
  static const auto answers = [] {
    std::array<std::uint32_t, chain_variants> found{};
    for (std::uint32_t variant = 0; variant < chain_variants; ++variant) {
      found[variant] = chain_task<nanoseconds>(variant);
    }
    return found;
  }();
  return answers[task % chain_variants];
}

}  // namespace handoff::bench
