#include "tests/conformance/pool_life_checks.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "harness/account.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/play.hpp"

namespace handoff::conformance {
namespace {

void require_no_children() {
  if (thread_sanitized) return;  // what tells it names of functions is a child
  require(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD, "children are left");
}

/// True where a shape with replacement raises, as is claimed, and nothing else is to be seen.
bool refuses_to_replace(const PoolRow& row) {
  if (row.replaces_workers) return false;
  constexpr std::size_t tasks = 4711;
  require_names<std::invalid_argument>(row.info.name, {tasks}, [&] {
    Tasks pool(row, PoolShape{.workers = 1, .max_tasks_per_worker = tasks});
  });
  return true;
}

}  // namespace

void close_lets_queued_tasks_finish(const PoolRow& row, Peers) {
  WithMarks with_marks;
  constexpr std::size_t count = 100;
  Tasks tasks(row, PoolShape{.workers = 2});
  auto results = tasks.map_async<sleep_and_mark>(numbers(count));
  tasks.close();
  message_of<PoolStateError>([&] { tasks.apply<mark_run>(0U); });
  message_of<PoolStateError>([&] { tasks.apply_async<mark_run>(0U); });
  tasks.join();
  require_runs(count, 1);
  require(results.get(at_once).size() == count, "the results are lost");
  require(tasks.pool().worker_ids().empty(), "workers are left after join");
}

void terminate_with_ten_thousand_queued_tasks_returns(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 2});
  auto results = tasks.map_async<sleep_and_mark>(numbers(10'000));
  Alarm alarm(2);
  tasks.terminate();
  tasks.join();
  message_of<PoolStateError>([&] { results.get(); });
  message_of<PoolStateError>([&] { tasks.apply_async<mark_run>(0U); });
}

void join_before_close_raises(const PoolRow& row, Peers) {
  Tasks tasks(row, PoolShape{.workers = 1});
  message_of<PoolStateError>([&] { tasks.join(); });
  require(tasks.apply<triple>(std::uint64_t{1}) == 4, "the pool is unusable afterwards");
  tasks.close();
  tasks.close();
  tasks.join();
  tasks.join();
  tasks.terminate();
  tasks.join();
}

void a_pool_ends_beside_a_later_one(const PoolRow& row, Peers) {
  Tasks tasks(row, PoolShape{.workers = 2});
  Tasks later(row, PoolShape{.workers = 2});
  require(tasks.apply<triple>(std::uint64_t{1}) == 4, "it is unusable beside a later one");
  Alarm alarm(5);
  tasks.close();
  tasks.join();
  require(later.apply<triple>(std::uint64_t{1}) == 4, "the later one is unusable after its end");
}

void destruction_with_work_in_flight_returns(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Alarm alarm(5);
  std::optional<Tasks> tasks(std::in_place, row, PoolShape{.workers = 2});
  auto results = tasks->map_async<sleep_and_mark>(numbers(1000));
  tasks.reset();
  require(results.is_ready(), "the call is neither finished nor failed");
}

void workers_are_replaced_after_so_many_tasks(const PoolRow& row, Peers) {
  if (refuses_to_replace(row)) return;
  Tasks tasks(row, PoolShape{.workers = 2, .max_tasks_per_worker = 3});
  std::map<pid_t, unsigned> runs;
  for (pid_t runner : tasks.map<report_thread>(numbers(40))) ++runs[runner];
  for (auto [worker, count] : runs) {
    require(count <= 3, "worker " + std::to_string(worker) + " ran " + std::to_string(count) +
                            " tasks, where 3 were the most");
  }
  require(tasks.pool().worker_ids().size() <= 2, "the replaced workers are still named");
}

void nothing_is_lost_when_workers_are_replaced(const PoolRow& row, Peers) {
  if (refuses_to_replace(row)) return;
  WithMarks with_marks;
  constexpr std::size_t count = 500;
  const PoolShape shape{.workers = 3, .max_tasks_per_worker = 1};
  {
    Tasks tasks(row, shape);
    auto input = numbers(count);
    auto results = tasks.imap<mark_run>(input);
    for (std::uint32_t i = 0; i < count; ++i) require(results.next() == i + 1, "a wrong result");
  }
  require_runs(count, 1);
  Alarm alarm(30);
  for (std::uint32_t round = 0; round < 20; ++round) {
    Tasks tasks(row, shape);
    tasks.map_async<mark_run>(numbers(20));
    tasks.close();
    tasks.join();
    for (std::uint32_t i = 0; i < 20; ++i) require(marks->runs[i] == round + 2, "close lost one");
  }
  require_no_children();
}

void a_replacement_whose_initializer_throws_fails_its_tasks(const PoolRow& row, Peers) {
  if (refuses_to_replace(row)) return;
  WithMarks with_marks;
  auto fail_from_the_second_on = [](unsigned) {
    if (marks->runs[0].fetch_add(1) > 0) throw std::runtime_error("the licence has run out");
  };
  Alarm alarm(10);
  Tasks tasks(
      row,
      PoolShape{.workers = 1, .initializer = fail_from_the_second_on, .max_tasks_per_worker = 1});
  auto first = tasks.apply_async<identity>(1U);  // may find the initializer to have been run before
  first.wait();
  for (int i = 0; i < 3; ++i) {
    std::string message = message_of<TaskError>([&] { tasks.apply<identity>(1U); });
    require_contains(message, "licence has run out");
  }
}

void ten_thousand_pools_leave_nothing(const PoolRow& row, Peers) {
  unsigned cycle = 0;
  require_cycles_leave_nothing(
      [&] {
        Tasks tasks(row, PoolShape{.workers = 2});
        if (++cycle % 2 == 0) tasks.apply<triple>(std::uint64_t{1});
        if (cycle % 3 == 0) {
          tasks.close();
          tasks.join();
        }
      },
      std::chrono::seconds(10));
  require_no_children();
}

void nobody_else_can_open_it(const PoolRow& row, Peers) {
  const auto before = names_open_to_others();
  Tasks tasks(row, PoolShape{.workers = 2});
  tasks.apply<triple>(std::uint64_t{1});
  require_nothing_open_to_others(before);
  require_no_name_mapped();
}

void a_start_that_fails_half_way_raises_and_leaves_nothing(const PoolRow& row, Peers) {
  constexpr uid_t unused_user = 61234;  // root is exempt from the limit
  if (getuid() == 0 && setresuid(unused_user, unused_user, unused_user) != 0) {
    throw_errno("setresuid");
  }
  rlimit few{4, 4};
  if (setrlimit(RLIMIT_NPROC, &few) != 0) throw_errno("setrlimit of RLIMIT_NPROC");
  std::size_t before = open_descriptors();
  // Those that have started stay for a while, so that all would be there at once.
  auto stay = [](unsigned) { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  message_of<std::system_error>(
      [&] { Tasks tasks(row, PoolShape{.workers = 16, .initializer = stay}); });
  require(open_descriptors() == before, "descriptors are left open");
  require_no_children();
}

void idle_pools_use_no_processor_time(const PoolRow& row, Peers peers) {
  Tasks tasks(row, PoolShape{.workers = 2});
  tasks.map<report_thread>(numbers(4));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto used_by_processes = [&] {
    std::int64_t cpu_ns = 0;
    if (peers == Peers::threads) return cpu_ns;
    for (pid_t id : tasks.pool().worker_ids()) cpu_ns += harness::cost_of(id).cpu_ns;
    return cpu_ns;
  };
  auto used_here = [] { return harness::cost_of_this_process().cpu_ns; };
  // This process last before and first after the sleep: to read the others costs it something.
  const std::int64_t before = used_by_processes();
  const std::int64_t here_before = used_here();
  std::this_thread::sleep_for(a_sleep);
  const std::int64_t here = used_here() - here_before;
  const std::chrono::nanoseconds idle(here + used_by_processes() - before);
  require(idle < cost_of_a_sleep, "an idle pool used " + std::to_string(idle.count()) + " ns in " +
                                      std::to_string(a_sleep.count()) + " ms");
}

}  // namespace handoff::conformance
