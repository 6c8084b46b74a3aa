#include "tests/conformance/pool_checks.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "tests/conformance/play.hpp"

namespace handoff::conformance {
namespace {

/// Each way: arguments as large as the results, and more of them than any buffer holds.
template <std::size_t bytes>
void pass_blobs(Tasks& tasks, std::size_t count) {
  std::vector<Blob<bytes>> arguments(count);
  for (std::size_t i = 0; i < count; ++i) arguments[i].fill(i);
  std::vector<Blob<bytes>> results = tasks.map<flip<bytes>>(arguments);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::byte& byte : results[i].data) byte = ~byte;
    require(results[i].holds(i),
            "blob " + std::to_string(i) + " of " + std::to_string(bytes) + " B came back damaged");
  }
}

std::uint32_t submit_to_own_pool(const std::uint32_t& task) {
  Batch batch;
  std::uint32_t result = 0;
  detail::fill<mark_run, std::uint32_t, std::uint32_t>(batch, {&task, 1}, {&result, 1});
  AnyPool& pool = *marks->pool;
  pool.submit(batch);
  pool.wait(batch);
  return result;
}

}  // namespace

void map_keeps_order(const PoolRow& row, Peers) {
  Tasks tasks(row, PoolShape{.workers = 3});
  std::vector<std::uint64_t> arguments(sanitized ? 1000 : 5000);
  std::iota(arguments.begin(), arguments.end(), 1000U);
  for (std::size_t chunk_size : {1U, 7U, 1000U, 100000U}) {
    std::vector<std::uint64_t> results = tasks.map<triple>(arguments, chunk_size);
    for (std::size_t i = 0; i < results.size(); ++i) {
      require(results[i] == triple(arguments[i]), "result " + std::to_string(i) + " in chunks of " +
                                                      std::to_string(chunk_size) + " is wrong");
    }
  }
}

void apply_returns_the_result(const PoolRow& row, Peers) {
  Tasks tasks(row, PoolShape{.workers = 2});
  for (std::uint64_t i = 0; i < 1000; ++i) {
    require(tasks.apply<triple>(i) == triple(i), "wrong result of task " + std::to_string(i));
  }
}

void empty_input_returns_at_once(const PoolRow& row, Peers) {
  Tasks tasks(row, PoolShape{.workers = 2});
  std::vector<std::uint32_t> none;
  require(tasks.map<mark_run>(none).empty(), "results of map from nothing");
  require(tasks.map_async<mark_run>(none).get(at_once).empty(), "results of map_async from none");
  require(!tasks.imap<mark_run>(none).next(at_once), "a result of imap from nothing");
  require(!tasks.imap_unordered<mark_run>(none).next(at_once), "a result of imap_unordered");
  std::vector<Arguments<std::uint32_t, std::uint64_t, std::uint8_t>> no_tuples;
  require(tasks.starmap<add_up>(no_tuples).empty(), "results of starmap from nothing");
}

void every_task_is_run_exactly_once_in_a_million(const PoolRow& row, Peers) {
  WithMarks with_marks;
  const std::size_t count = sanitized || delayed ? 100'000 : 1'000'000;
  Tasks tasks(row, PoolShape{.workers = 4});
  std::vector<std::uint32_t> results = tasks.map<mark_run>(numbers(count), 100);
  require_runs(count, 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    require(results[i] == i + 1, "wrong result of task " + std::to_string(i));
  }
}

void an_exception_reaches_the_caller_and_the_others_finish(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 2});
  for (std::size_t chunk_size : {1U, 10U}) {
    std::string message =
        message_of<TaskError>([&] { tasks.map<fail_if_odd>(numbers(100), chunk_size); });
    require(message == "task 1 is odd", "the first failure is told as: " + message);
  }
  for (std::uint32_t i = 0; i < 100; i += 2) {
    require(marks->runs[i] == 2, "task " + std::to_string(i) + " was not run beside a failed one");
  }
  message_of<TaskError>([&] { tasks.apply<fail_strangely>(1U); });
  require(tasks.apply<fail_strangely>(0U) == 0, "the pool is not usable after a failure");
}

void arguments_and_results_of_1_byte_to_16_MiB(const PoolRow& row, Peers) {
  constexpr bool slow = sanitized || delayed;
  constexpr std::size_t part = slow ? 5 : 1;
  Tasks tasks(row, PoolShape{.workers = 2});
  pass_blobs<1>(tasks, 5000 / part);
  pass_blobs<63>(tasks, 2000 / part);
  pass_blobs<4096>(tasks, 500 / part);
  pass_blobs<65537>(tasks, 60);
  pass_blobs<1 << 20>(tasks, slow ? 4 : 16);
  pass_blobs<16 << 20>(tasks, slow ? 1 : 3);
}

void tasks_run_in_the_named_workers(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 3});
  std::vector<pid_t> runners = tasks.map<report_thread_of_three>(numbers(30));
  std::set<pid_t> distinct(runners.begin(), runners.end());
  require(!distinct.contains(gettid()), "the submitter ran a task itself");
  require(distinct.size() >= 3, "only " + std::to_string(distinct.size()) + " of 3 workers ran");
  std::vector<pid_t> ids = tasks.pool().worker_ids();
  if (ids.empty()) {  // each batch has a new one
    require(distinct.size() > 3, "no worker is named, though they are not new for each batch");
    return;
  }
  const std::set<pid_t> named(ids.begin(), ids.end());
  require(named == distinct, "other workers ran than are named");
  // Libraries that queue only so many run the rest where they are.
  for (pid_t runner : tasks.map<report_thread_soon>(numbers(2000))) {
    require(named.contains(runner), "another thread ran one of many tasks");
  }
}

void an_initializer_runs_in_each_worker_before_its_tasks(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 3,
                             .initializer = [](unsigned worker) { marks->runs[worker] += 1; }});
  require_runs(3, 1);
  tasks.apply<triple>(std::uint64_t{1});
}

void what_an_initializer_throws_is_raised(const PoolRow& row, Peers) {
  auto fail = [](unsigned worker) {
    if (worker == 1) throw std::runtime_error("no licence for this worker");
  };
  std::string message = message_of<TaskError>(
      [&] { Tasks tasks(row, PoolShape{.workers = 3, .initializer = fail}); });
  require_contains(message, "no licence");
}

void arguments_out_of_range_raise(const PoolRow& row, Peers) {
  for (unsigned wrong : {0U, std::numeric_limits<unsigned>::max()}) {
    require_names<std::logic_error>(row.info.name, {wrong},
                                    [&] { Tasks tasks(row, PoolShape{.workers = wrong}); });
  }
  Tasks tasks(row, PoolShape{.workers = 1});
  std::vector<std::uint32_t> input = numbers(2);
  require_raises<std::invalid_argument>("a chunk size of 0",
                                        [&] { tasks.map<mark_run>(input, 0); });
  require_raises<std::invalid_argument>("a chunk size of 0",
                                        [&] { tasks.map_async<mark_run>(input, 0); });
  require_raises<std::invalid_argument>("a window of 0", [&] { tasks.imap<mark_run>(input, 0); });
  std::vector<std::uint32_t> too_few(1);
  require_raises<std::invalid_argument>("fewer results than arguments", [&] {
    map<mark_run>(tasks.pool(), std::span<const std::uint32_t>(input), std::span(too_few));
  });
}

void a_task_that_submits_to_its_own_pool_is_told(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 2});
  marks->pool = tasks.pool().get();
  std::string message = message_of<TaskError>([&] { tasks.apply<submit_to_own_pool>(7U); });
  require_contains(message, "own tasks");
  require(marks->runs[7] == 0, "the inner task was run");
  require(tasks.apply<mark_run>(7U) == 8, "the pool is not usable afterwards");
}

}  // namespace handoff::conformance
