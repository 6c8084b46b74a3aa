#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>
#include <random>
#include <thread>

#include "tests/conformance/play.hpp"
#include "tests/conformance/pool_life_checks.hpp"

namespace handoff::conformance {
namespace {

constexpr auto a_second = std::chrono::seconds(sanitized || delayed ? 10 : 1);

/// Waits until a task holds a worker, and kills that.
pid_t kill_the_busy_worker() {
  Steps::wait_until([] { return marks->runner != 0; });
  pid_t victim = marks->runner;
  kill(victim, SIGKILL);
  return victim;
}

}  // namespace

void a_worker_killed_while_idle_does_no_harm(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 3});
  const std::vector<pid_t> workers = tasks.pool().worker_ids();
  if (workers.empty()) return;  // none is idle, where each batch has a process of its own
  const pid_t victim = workers.front();
  kill(victim, SIGKILL);
  Alarm alarm(30);
  const Deadline noticed_by = after(a_second);
  auto is_named = [&] {
    std::vector<pid_t> ids = tasks.pool().worker_ids();
    return std::find(ids.begin(), ids.end(), victim) != ids.end();
  };
  while (is_named()) require(Clock::now() < noticed_by, "the death is not seen within a second");
  tasks.map<mark_run>(numbers(1000));
  require_runs(1000, 1);
}

void a_worker_killed_while_busy_fails_its_task_and_no_other(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 2});
  auto held = tasks.apply_async<hold_worker>(0U);
  auto others = tasks.map_async<sleep_and_mark>(numbers(300));
  Alarm alarm(10);
  const pid_t victim = kill_the_busy_worker();
  const Deadline told_by = after(a_second);
  std::string message = message_of<WorkerDied>([&] { held.get(); });
  require(Clock::now() < told_by, "the death is not told within a second");
  require_contains(message, std::to_string(victim));
  require_contains(message, "signal 9");
  require(others.get().size() == 300, "the others have no results");
  require_runs(300, 1);
}

void workers_killed_at_any_time_fail_what_they_ran(const PoolRow& row, Peers) {
  WithMarks with_marks;
  std::minstd_rand random(1);
  for (int round = 0; round < (sanitized || delayed ? 10 : 100); ++round) {
    Tasks tasks(row, PoolShape{.workers = 4});
    std::vector<pid_t> victims = tasks.pool().worker_ids();
    if (victims.empty()) return;  // whom to kill is known only from within a task
    victims.pop_back();
    Alarm alarm(10);
    std::vector<AsyncResult<Tasks, std::uint32_t>> results;
    auto submit_some = [&] {
      for (int i = 0; i < 100; ++i) {
        const auto task = static_cast<std::uint32_t>(results.size());
        marks->runs[task] = 0;
        results.push_back(tasks.apply_async<mark_run>(task));
      }
    };
    for (pid_t victim : victims) {
      submit_some();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
      kill(victim, SIGKILL);
    }
    submit_some();
    std::size_t failed = 0;
    for (std::uint32_t task = 0; task < results.size(); ++task) {
      try {
        require(results[task].get() == task + 1, "a wrong result");
        require(marks->runs[task] == 1, "task " + std::to_string(task) + " was run again");
      } catch (const WorkerDied&) {
        ++failed;
      }
    }
    require(failed <= victims.size(), std::to_string(failed) + " tasks failed where " +
                                          std::to_string(victims.size()) + " workers died");
  }
}

void the_death_of_all_workers_is_told(const PoolRow& row, Peers) {
  WithMarks with_marks;
  Tasks tasks(row, PoolShape{.workers = 2});
  const std::vector<pid_t> workers = tasks.pool().worker_ids();
  if (workers.empty()) return;  // there will be others, where each batch has one of its own
  auto results = tasks.map_async<sleep_and_mark>(numbers(100));
  for (pid_t id : workers) kill(id, SIGKILL);
  Alarm alarm(5);
  message_of<WorkerDied>([&] { results.get(); });
  message_of<WorkerDied>([&] { tasks.apply<mark_run>(1U); });
}

void workers_end_when_the_submitter_is_killed(const PoolRow& row, Peers) {
  // Orphans come to this process, so that their end can be seen.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw_errno("prctl");
  pid_t submitter = fork();
  if (submitter == -1) throw_errno("fork");
  if (submitter == 0) {
    WithMarks with_marks;
    Tasks tasks(row, PoolShape{.workers = 3});
    for (std::uint32_t i = 0; i < 3; ++i) tasks.apply_async<hold_worker>(i);
    kill(getpid(), SIGKILL);
  }
  Alarm alarm(5);
  int reaped = 0;
  while (waitpid(-1, nullptr, 0) > 0) ++reaped;
  require(reaped == 4, "the submitter and its 3 workers were " + std::to_string(reaped));
}

}  // namespace handoff::conformance
