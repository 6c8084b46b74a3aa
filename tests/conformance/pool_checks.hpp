#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "tests/conformance/pool_row.hpp"
#include "tests/conformance/pool_tasks.hpp"

/// What every pool promises, as functions that raise when it does not: the answers.
namespace handoff::conformance {

void map_keeps_order(const PoolRow& row, Peers peers);
void apply_returns_the_result(const PoolRow& row, Peers peers);
void empty_input_returns_at_once(const PoolRow& row, Peers peers);
void every_task_is_run_exactly_once_in_a_million(const PoolRow& row, Peers peers);
void an_exception_reaches_the_caller_and_the_others_finish(const PoolRow& row, Peers peers);
void arguments_and_results_of_1_byte_to_16_MiB(const PoolRow& row, Peers peers);
void tasks_run_in_the_named_workers(const PoolRow& row, Peers peers);
void an_initializer_runs_in_each_worker_before_its_tasks(const PoolRow& row, Peers peers);
void what_an_initializer_throws_is_raised(const PoolRow& row, Peers peers);
void arguments_out_of_range_raise(const PoolRow& row, Peers peers);
void a_task_that_submits_to_its_own_pool_is_told(const PoolRow& row, Peers peers);

/// 0 .. count - 1.
inline std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

inline void require_runs(std::size_t tasks, std::uint32_t times) {
  for (std::size_t i = 0; i < tasks; ++i) {
    require(marks->runs[i] == times, "task " + std::to_string(i) + " was run " +
                                         std::to_string(marks->runs[i]) + " times and not " +
                                         std::to_string(times));
  }
}

template <class Error, class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  throw std::runtime_error("nothing was raised");
}

inline void require_contains(const std::string& message, const std::string& part) {
  require(message.find(part) != std::string::npos, "'" + part + "' is not in: " + message);
}

}  // namespace handoff::conformance
