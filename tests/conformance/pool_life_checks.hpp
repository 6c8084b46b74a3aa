#pragma once

#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "harness/account.hpp"
#include "tests/conformance/pool_checks.hpp"

/// What every pool promises, as functions that raise when it does not: start, end and death.
namespace handoff::conformance {

inline constexpr auto a_second = std::chrono::seconds(is_sanitized ? 10 : 1);

/// Ends this process when its scope is not left in time, so that a hang is seen early.
class Alarm {
 public:
  explicit Alarm(unsigned seconds) { alarm(is_sanitized ? 5 * seconds : seconds); }
  ~Alarm() { alarm(0); }
};

/// Batches of one task each, kept until the pool has gone.
template <auto F>
class Backlog {
 public:
  explicit Backlog(std::size_t count)
      : arguments_(numbers(count)), results_(count), batches_(std::make_unique<Batch[]>(count)) {
    for (std::size_t i = 0; i < count; ++i) {
      detail::fill<F, std::uint32_t, std::uint32_t>(batches_[i], {&arguments_[i], 1},
                                                    {&results_[i], 1});
    }
  }
  template <class P>
  void submit_to(P& pool) {
    for (std::size_t i = 0; i < arguments_.size(); ++i) pool.submit(batches_[i]);
  }
  Batch& operator[](std::size_t i) { return batches_[i]; }

 private:
  std::vector<std::uint32_t> arguments_;
  std::vector<std::uint32_t> results_;
  std::unique_ptr<Batch[]> batches_;
};

template <class P>
void close_lets_queued_tasks_finish() {
  WithMarks with_marks;
  constexpr std::size_t count = 100;
  Backlog<sleep_and_mark> backlog(count + 1);
  Backlog<sleep_and_mark> late(1);
  P pool({.workers = 2});
  backlog.submit_to(pool);
  pool.close();
  message_of<PoolStateError>([&] { pool.submit(late[0]); });
  pool.join();
  for (std::size_t i = 0; i < count; ++i) {
    require(marks->runs[i] == 1, "task " + std::to_string(i) + " was lost by close");
    pool.wait(backlog[i]);
  }
  require(pool.worker_ids().empty(), "workers are left after join");
}

template <class P>
void terminate_with_ten_thousand_queued_tasks_returns() {
  WithMarks with_marks;
  Backlog<sleep_and_mark> backlog(10'000);
  P pool({.workers = 2});
  backlog.submit_to(pool);
  Alarm alarm(2);
  pool.terminate();
  pool.join();
  message_of<PoolStateError>([&] { pool.wait(backlog[9'999]); });
  message_of<PoolStateError>([&] { pool.submit(backlog[0]); });
}

template <class P>
void join_before_close_raises() {
  P pool({.workers = 1});
  message_of<PoolStateError>([&] { pool.join(); });
  require(apply<triple>(pool, std::uint64_t{1}) == 4, "the pool is unusable afterwards");
  pool.close();
  pool.close();
  pool.join();
  pool.join();
}

template <class P>
void destruction_with_work_in_flight_returns() {
  WithMarks with_marks;
  Backlog<sleep_and_mark> backlog(1000);
  Alarm alarm(5);
  P pool({.workers = 2});
  backlog.submit_to(pool);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) throw_errno("opendir of /proc/self/fd");
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

template <class P>
void a_thousand_lives_leave_nothing() {
  { P pool({.workers = 2}); }  // what a first use opens for good does not count
  std::size_t before = open_descriptors();
  for (int i = 0; i < (is_sanitized ? 50 : 1000); ++i) {
    P pool({.workers = 2});
    if (i % 2 == 0) apply<triple>(pool, std::uint64_t{1});
    if (i % 3 == 0) {
      pool.close();
      pool.join();
    }
  }
  require(open_descriptors() == before, "descriptors are left open");
  require(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD, "children are left");
}

template <class P>
void a_start_that_fails_half_way_raises_and_leaves_nothing() {
  constexpr uid_t unused_user = 61234;  // root is exempt from the limit
  if (getuid() == 0 && setresuid(unused_user, unused_user, unused_user) != 0) {
    throw_errno("setresuid");
  }
  rlimit few{4, 4};
  if (setrlimit(RLIMIT_NPROC, &few) != 0) throw_errno("setrlimit of RLIMIT_NPROC");
  std::size_t before = open_descriptors();
  // Those that have started stay for a while, so that all would be there at once.
  auto stay = [](unsigned) { std::this_thread::sleep_for(std::chrono::milliseconds(50)); };
  std::string message =
      message_of<std::system_error>([&] { P pool({.workers = 16, .initializer = stay}); });
  require(open_descriptors() == before, "descriptors are left open");
  require(waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD, "children are left");
}

template <class P>
void idle_workers_use_no_processor_time() {
  P pool({.workers = 2});
  map_numbers<report_thread>(pool, 4, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto cost = [&] {
    harness::Cost sum;
    for (pid_t id : pool.worker_ids()) sum += harness::cost_of(id);
    return sum;
  };
  harness::Cost before = cost();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  auto used = std::chrono::nanoseconds((cost() - before).cpu_ns);
  require(used < std::chrono::milliseconds(3),
          "idle workers used " + std::to_string(used.count()) + " ns in 300 ms");
}

template <class P>
void a_worker_killed_while_idle_does_no_harm() {
  WithMarks with_marks;
  P pool({.workers = 3});
  pid_t victim = pool.worker_ids().front();
  kill(victim, SIGKILL);
  Alarm alarm(30);
  Deadline noticed_by = after(a_second);
  while (pool.worker_ids().size() == 3) {
    require(Clock::now() < noticed_by, "the death is not seen within a second");
  }
  map_numbers<mark_run>(pool, 1000, 1);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    require(marks->runs[i] == 1, "task " + std::to_string(i) + " was not run once");
  }
}

template <class P>
void a_worker_killed_while_busy_fails_its_task_and_no_other() {
  WithMarks with_marks;
  Backlog<hold_worker> held(1);
  Backlog<sleep_and_mark> others(300);
  P pool({.workers = 2});
  held.submit_to(pool);
  others.submit_to(pool);
  Alarm alarm(10);
  while (marks->runner == 0) std::this_thread::yield();
  pid_t victim = marks->runner;
  kill(victim, SIGKILL);
  Deadline told_by = after(a_second);
  std::string message = message_of<WorkerDied>([&] { pool.wait(held[0]); });
  require(Clock::now() < told_by, "the death is not told within a second");
  require(message.find(std::to_string(victim)) != std::string::npos &&
              message.find("signal 9") != std::string::npos,
          "it does not say who died and how: " + message);
  for (std::uint32_t i = 0; i < 300; ++i) {
    pool.wait(others[i]);
    require(marks->runs[i] == 1, "task " + std::to_string(i) + " was not run once");
  }
}

template <class P>
void the_death_of_all_workers_is_told() {
  WithMarks with_marks;
  Backlog<sleep_and_mark> backlog(100);
  P pool({.workers = 2});
  backlog.submit_to(pool);
  for (pid_t id : pool.worker_ids()) kill(id, SIGKILL);
  Alarm alarm(5);
  message_of<WorkerDied>([&] { pool.wait(backlog[99]); });
  message_of<WorkerDied>([&] { apply<mark_run>(pool, 1u); });
}

template <class P>
void workers_end_when_the_submitter_is_killed() {
  // Orphans come to this process, so that their end can be seen.
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw_errno("prctl");
  pid_t submitter = fork();
  if (submitter == -1) throw_errno("fork");
  if (submitter == 0) {
    P pool({.workers = 3});
    kill(getpid(), SIGKILL);
  }
  Alarm alarm(5);
  int reaped = 0;
  while (waitpid(-1, nullptr, 0) > 0) ++reaped;
  require(reaped == 4, "the submitter and its 3 workers were " + std::to_string(reaped));
}

}  // namespace handoff::conformance
