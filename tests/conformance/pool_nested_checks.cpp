#include "tests/conformance/pool_nested_checks.hpp"

#include <algorithm>
#include <set>

#include "harness/account.hpp"
#include "impl/pool/nested_tasks.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/pool_life_checks.hpp"

namespace handoff::conformance {
namespace {

/// The pool whose task calls it.
struct OwnPool {
  void run_within_task(std::span<Batch> batches) { marks->pool.load()->run_within_task(batches); }
};

/// Tasks on a pool that they know.
struct NestingTasks : Tasks {
  NestingTasks(const PoolRow& row, const PoolShape& shape) : Tasks(row, shape) {
    marks->pool = pool().get();
  }
};

template <auto F, class A>
auto map_in_own_pool(const std::vector<A>& arguments, std::size_t chunk_size = 1) {
  OwnPool pool;
  std::vector<std::invoke_result_t<decltype(F), const A&>> results(arguments.size());
  map_within<F>(pool, std::span<const A>(arguments), std::span(results), chunk_size);
  return results;
}

constexpr std::uint32_t inner_tasks = 50;

/// The sum of the results of the inner tasks with numbers of its own.
template <std::uint32_t (*inner)(const std::uint32_t&)>
std::uint64_t sum_of_inner(const std::uint32_t& task) {
  std::uint64_t sum = 0;
  std::vector<std::uint32_t> numbers_of_task(inner_tasks);
  std::iota(numbers_of_task.begin(), numbers_of_task.end(), task * inner_tasks);
  for (std::uint32_t result : map_in_own_pool<inner>(numbers_of_task, task % 8 + 1)) sum += result;
  return sum;
}

std::uint64_t due_sum(std::uint32_t task) {
  const std::uint64_t first = std::uint64_t{task} * inner_tasks + 1;
  return inner_tasks * first + inner_tasks * (inner_tasks - 1) / 2;
}

/// The leaves [first, first + count), halved until one is left.
struct Leaves {
  std::uint32_t first;
  std::uint32_t count;
};

std::uint64_t sum_of_leaves(const Leaves& leaves) {
  if (leaves.count == 1) return mark_run(leaves.first);
  const std::uint32_t half = leaves.count / 2;
  const std::vector<Leaves> halves{{leaves.first, half},
                                   {leaves.first + half, leaves.count - half}};
  const auto sums = map_in_own_pool<sum_of_leaves>(halves);
  return sums[0] + sums[1];
}

/// How many tasks are on this thread's stack, and the most that were on any.
thread_local unsigned tasks_on_this_stack = 0;
std::atomic<unsigned> most_on_a_stack{0};

class OnThisStack {
 public:
  OnThisStack() {
    unsigned most = most_on_a_stack;
    ++tasks_on_this_stack;
    while (most < tasks_on_this_stack &&
           !most_on_a_stack.compare_exchange_weak(most, tasks_on_this_stack)) {
    }
  }
  ~OnThisStack() { --tasks_on_this_stack; }
  OnThisStack(const OnThisStack&) = delete;
  OnThisStack& operator=(const OnThisStack&) = delete;
};

/// Nests twice; some of the innermost take a while, so that others wait for them.
template <unsigned level>
std::uint32_t nest_on_the_stack(const std::uint32_t& task) {
  OnThisStack here;
  if constexpr (level > 0) {
    map_in_own_pool<nest_on_the_stack<level - 1>>(std::vector<std::uint32_t>{task, task + 1});
  } else if (task % 4 == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return task;
}

std::uint32_t fail_within(const std::uint32_t&) {
  map_in_own_pool<fail_if_odd>(numbers(100));
  return 0;
}

std::uint32_t outlive_failure_within(const std::uint32_t& task) {
  return message_of<TaskError>([&] { fail_within(task); }) == "task 1 is odd" ? 1 : 0;
}

struct Runners {
  pid_t outer;
  std::array<pid_t, 20> inner;
};

template <pid_t (*report)(const std::uint32_t&)>
Runners report_inner_threads(const std::uint32_t&) {
  Runners runners{.outer = gettid(), .inner = {}};
  const auto inner = map_in_own_pool<report>(numbers(runners.inner.size()));
  std::copy(inner.begin(), inner.end(), runners.inner.begin());
  return runners;
}

/// Whether the other one of two has started, too, before the time is up.
bool meet_the_other(std::uint32_t task) {
  marks->runs[task] = 1;
  return comes_true([&] { return marks->runs[1 - task] != 0; });
}

std::uint32_t meet(const std::uint32_t& task) { return meet_the_other(task) ? 1 : 0; }

std::uint32_t meet_within(const std::uint32_t&) {
  const auto met = map_in_own_pool<meet>(numbers(2));
  return met[0] + met[1];
}

/// What this process has used while the task slept; nothing in the thread of the outer task.
std::int64_t sleep_beside_the_outer_task(const std::uint32_t& task) {
  if (!meet_the_other(task)) throw std::runtime_error("the two did not run at once");
  if (gettid() == marks->runner) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // it looks for other work first
  const std::int64_t before = harness::cost_of_this_process().cpu_ns;
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return harness::cost_of_this_process().cpu_ns - before;
}

std::int64_t wait_for_a_sleeper(const std::uint32_t&) {
  marks->runner = gettid();
  const auto used = map_in_own_pool<sleep_beside_the_outer_task>(numbers(2));
  return std::max(used[0], used[1]);
}

std::uint32_t submit_plainly(const std::uint32_t&) {
  Batch batch;
  marks->pool.load()->submit(batch);
  return 0;
}

std::uint32_t submit_plainly_within(const std::uint32_t&) {
  return map_in_own_pool<submit_plainly>(numbers(1)).front();
}

void require_sums(std::span<const std::uint64_t> sums) {
  for (std::uint32_t task = 0; task < sums.size(); ++task) {
    require(sums[task] == due_sum(task),
            "the inner results of task " + std::to_string(task) + " are wrong");
  }
}

}  // namespace

void nested_maps_give_the_right_results(const PoolRow& row, Peers) {
  constexpr std::uint32_t outer_tasks = 40;
  for (unsigned workers : {1U, 2U, 4U}) {
    WithMarks with_marks;
    Alarm alarm(20);
    NestingTasks tasks(row, PoolShape{.workers = workers});
    require_sums(tasks.map<sum_of_inner<mark_run>>(numbers(outer_tasks)));
    require_runs(outer_tasks * inner_tasks, 1);
  }
}

void nested_maps_go_deep(const PoolRow& row, Peers) {
  constexpr std::uint32_t leaves = 256;  // at the depth of 8
  constexpr std::uint32_t trees = 3;
  for (unsigned workers : {1U, 2U, 4U}) {
    WithMarks with_marks;
    Alarm alarm(20);
    NestingTasks tasks(row, PoolShape{.workers = workers});
    for (std::uint64_t sum : tasks.map<sum_of_leaves>(std::vector<Leaves>(trees, {0, leaves}))) {
      require(sum == leaves * (leaves + 1) / 2, "the sum of all leaves is wrong");
    }
    require_runs(leaves, trees);
  }
}

void nested_maps_keep_stacks_low(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(30);
  constexpr unsigned most = 32;  // three levels, and some more that a worker helps with
  most_on_a_stack = 0;
  NestingTasks tasks(row, PoolShape{.workers = 4});
  tasks.map<nest_on_the_stack<2>>(numbers(400));
  require(most_on_a_stack <= most, std::to_string(most_on_a_stack) +
                                       " tasks were on one stack, where they nest three levels");
}

void nested_failures_reach_the_outer_task_and_the_submitter(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(20);
  NestingTasks tasks(row, PoolShape{.workers = 2});
  const std::string message = message_of<TaskError>([&] { tasks.apply<fail_within>(0U); });
  require(message == "task 1 is odd", "the first inner failure is told as: " + message);
  for (std::uint32_t i = 0; i < 100; i += 2) {
    require(marks->runs[i] == 1, "task " + std::to_string(i) + " was run " +
                                     std::to_string(marks->runs[i]) + " times beside a failed one");
  }
  require(tasks.apply<outlive_failure_within>(0U) == 1, "the outer task was told otherwise");
}

void nested_tasks_run_in_the_named_workers(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(20);
  NestingTasks tasks(row, PoolShape{.workers = 3});
  const std::vector<pid_t> ids = tasks.pool().worker_ids();
  const std::set<pid_t> named(ids.begin(), ids.end());
  auto require_named = [&](const Runners& runners) {
    for (pid_t runner : runners.inner) {
      require(runner != gettid(), "the submitter ran an inner task");
      require(named.empty() || named.contains(runner), "another thread ran an inner task");
      require(!named.empty() || runner != runners.outer, "no thread is new for its inner task");
    }
  };
  require_named(tasks.apply<report_inner_threads<report_thread_soon>>(0U));
  for (const Runners& runners : tasks.map<report_inner_threads<report_thread_soon>>(numbers(50))) {
    require_named(runners);
  }
}

void nested_tasks_run_beside_one_another(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(30);
  NestingTasks tasks(row, PoolShape{.workers = 2});
  require(tasks.apply<meet_within>(0U) == 2, "an inner task was not started beside the other");
}

void nested_tasks_are_waited_for_without_spinning(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(30);
  NestingTasks tasks(row, PoolShape{.workers = 2});
  const std::int64_t used = tasks.apply<wait_for_a_sleeper>(0U);
  require(used < 20'000'000, "a task that waits used " + std::to_string(used) + " ns in 200 ms");
}

void nested_tasks_may_not_submit(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(20);
  NestingTasks tasks(row, PoolShape{.workers = 2});
  const std::string message =
      message_of<TaskError>([&] { tasks.apply<submit_plainly_within>(0U); });
  require_contains(message, "own tasks");
  require(tasks.apply<mark_run>(7U) == 8, "the pool is not usable afterwards");
}

void nested_maps_are_for_tasks_only(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(20);
  NestingTasks tasks(row, PoolShape{.workers = 1});
  NestingTasks others(row, PoolShape{.workers = 1});  // the one that is known
  message_of<PoolStateError>([&] { sum_of_inner<mark_run>(0U); });
  const std::string message =
      message_of<TaskError>([&] { tasks.apply<sum_of_inner<mark_run>>(0U); });
  require_contains(message, "outside");
  require_runs(inner_tasks, 0);
}

void terminate_beside_nested_tasks_returns(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(20);
  constexpr std::uint32_t outer_tasks = 20;
  NestingTasks tasks(row, PoolShape{.workers = 2});
  auto sums = tasks.map_async<sum_of_inner<sleep_and_mark>>(numbers(outer_tasks));
  Steps::wait_until([] { return marks->runs[0] != 0; });
  tasks.terminate();
  tasks.join();
  message_of<PoolStateError>([&] {
    try {
      sums.get(at_once);
    } catch (const TaskError& error) {  // of one that was running
      throw PoolStateError(error.what());
    }
  });
  for (std::uint32_t i = 0; i < outer_tasks * inner_tasks; ++i) {
    require(marks->runs[i] <= 1, "an inner task was run twice");
  }
}

void close_lets_nested_tasks_finish(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(30);
  constexpr std::uint32_t outer_tasks = 6;
  NestingTasks tasks(row, PoolShape{.workers = 2});
  auto sums = tasks.map_async<sum_of_inner<sleep_and_mark>>(numbers(outer_tasks));
  tasks.close();
  tasks.join();
  require_sums(sums.get(at_once));
  require_runs(outer_tasks * inner_tasks, 1);
}

void nested_maps_outlive_replaced_workers(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(30);
  constexpr std::uint32_t outer_tasks = 40;
  NestingTasks tasks(row, PoolShape{.workers = 3, .max_tasks_per_worker = 1});
  require_sums(tasks.map<sum_of_inner<mark_run>>(numbers(outer_tasks)));
  require_runs(outer_tasks * inner_tasks, 1);
}

}  // namespace handoff::conformance
