#pragma once

#include <algorithm>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "impl/pool/contract.hpp"
#include "impl/pool/tasks.hpp"
#include "tests/conformance/pool_tasks.hpp"
#include "tests/conformance/workers.hpp"

/// What every pool promises, as functions that raise when it does not: the answers.
/// (Timeouts on results are left out: a wait has no deadline in this contract.)
namespace handoff::conformance {

inline std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

/// Maps F over 0 .. count - 1.
template <auto F, class P>
auto map_numbers(P& pool, std::size_t count, std::size_t chunk_size) {
  std::vector<std::uint32_t> arguments = numbers(count);
  std::vector<std::invoke_result_t<decltype(F), const std::uint32_t&>> results(count);
  map<F>(pool, std::span<const std::uint32_t>(arguments), std::span(results), chunk_size);
  return results;
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

template <class P>
void map_keeps_order() {
  P pool({.workers = 3});
  std::vector<std::uint64_t> arguments(5000);
  std::iota(arguments.begin(), arguments.end(), 1000u);
  for (std::size_t chunk_size : {1u, 7u, 1000u, 100000u}) {
    std::vector<std::uint64_t> results(arguments.size());
    map<triple>(pool, std::span<const std::uint64_t>(arguments), std::span(results), chunk_size);
    for (std::size_t i = 0; i < results.size(); ++i) {
      require(results[i] == triple(arguments[i]), "result " + std::to_string(i) + " in chunks of " +
                                                      std::to_string(chunk_size) + " is wrong");
    }
  }
}

template <class P>
void apply_returns_the_result() {
  P pool({.workers = 2});
  for (std::uint64_t i = 0; i < 1000; ++i) {
    require(apply<triple>(pool, i) == triple(i), "wrong result of task " + std::to_string(i));
  }
}

template <class P>
void empty_map_returns_at_once() {
  P pool({.workers = 2});
  require(map_numbers<mark_run>(pool, 0, 1).empty(), "results from nothing");
}

template <class P>
void every_task_is_run_exactly_once_in_a_million() {
  WithMarks with_marks;
  const std::size_t count = is_sanitized ? 100'000 : 1'000'000;
  P pool({.workers = 4});
  std::vector<std::uint32_t> results = map_numbers<mark_run>(pool, count, 100);
  for (std::uint32_t i = 0; i < count; ++i) {
    require(marks->runs[i] == 1,
            "task " + std::to_string(i) + " was run " + std::to_string(marks->runs[i]) + " times");
    require(results[i] == i + 1, "wrong result of task " + std::to_string(i));
  }
}

template <class P>
void an_exception_reaches_the_caller_and_the_others_finish() {
  WithMarks with_marks;
  P pool({.workers = 2});
  for (std::size_t chunk_size : {1u, 10u}) {
    std::string message =
        message_of<TaskError>([&] { map_numbers<fail_if_odd>(pool, 100, chunk_size); });
    require(message == "task 1 is odd", "the first failure is told as: " + message);
  }
  for (std::uint32_t i = 0; i < 100; i += 2) {
    require(marks->runs[i] == 2, "task " + std::to_string(i) + " was not run beside a failed one");
  }
  message_of<TaskError>([&] { apply<fail_strangely>(pool, 1u); });
  require(apply<fail_strangely>(pool, 0u) == 0, "the pool is not usable after a failure");
}

/// Each way: arguments as large as the results, and more of them than any buffer holds.
template <class P, std::size_t bytes>
void pass_blobs(P& pool, std::size_t count) {
  std::vector<Blob<bytes>> arguments(count);
  std::vector<Blob<bytes>> results(count);
  for (std::size_t i = 0; i < count; ++i) arguments[i].fill(i);
  map<flip<bytes>>(pool, std::span<const Blob<bytes>>(arguments), std::span(results));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::byte& byte : results[i].data) byte = ~byte;
    require(results[i].holds(i),
            "blob " + std::to_string(i) + " of " + std::to_string(bytes) + " B came back damaged");
  }
}

template <class P>
void arguments_and_results_of_1_byte_to_16_MiB() {
  P pool({.workers = 2});
  pass_blobs<P, 1>(pool, 5000);
  pass_blobs<P, 63>(pool, 2000);
  pass_blobs<P, 4096>(pool, 500);
  pass_blobs<P, 65537>(pool, 60);
  pass_blobs<P, 1 << 20>(pool, is_sanitized ? 4 : 16);
  pass_blobs<P, 16 << 20>(pool, is_sanitized ? 1 : 3);
}

template <class P>
void tasks_run_in_the_named_workers() {
  P pool({.workers = 3});
  std::vector<pid_t> runners = map_numbers<report_thread>(pool, 30, 1);
  std::set<pid_t> distinct(runners.begin(), runners.end());
  require(!distinct.contains(gettid()), "the submitter ran a task itself");
  require(distinct.size() >= 3, "only " + std::to_string(distinct.size()) + " of 3 workers ran");
  std::vector<pid_t> ids = pool.worker_ids();
  if (ids.empty()) return;  // a thread per batch
  require(std::set<pid_t>(ids.begin(), ids.end()) == distinct, "other workers ran than are named");
}

template <class P>
void an_initializer_runs_in_each_worker_before_its_tasks() {
  WithMarks with_marks;
  auto note = [](unsigned worker) {
    marks->runs[worker] += 1;
    marks->initialized += 1;
  };
  P pool({.workers = 3, .initializer = note});
  for (unsigned i = 0; i < 3; ++i) {
    require(marks->runs[i] == 1, "initializer " + std::to_string(i) + " was not run once");
  }
  apply<triple>(pool, std::uint64_t{1});
}

template <class P>
void what_an_initializer_throws_is_raised() {
  auto fail = [](unsigned worker) {
    if (worker == 1) throw std::runtime_error("no licence for this worker");
  };
  std::string message = message_of<TaskError>([&] { P pool({.workers = 3, .initializer = fail}); });
  require(message.find("no licence") != std::string::npos, "its message is lost: " + message);
}

}  // namespace handoff::conformance
