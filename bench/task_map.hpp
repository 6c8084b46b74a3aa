#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/servers.hpp"
#include "bench/work.hpp"
#include "harness/crew.hpp"
#include "harness/placement.hpp"
#include "impl/pool/contract.hpp"
#include "impl/pool/tasks.hpp"

/// Mapping tasks, by whoever runs them: a Runner has map<F>(arguments, results), as a pool has.
namespace handoff::bench {

/// Answers are compared with what they must be.
inline void check_answer(TaskNumber task, std::uint32_t got, std::uint32_t due) {
  if (got == due) return;
  throw std::runtime_error("wrong answer to task " + std::to_string(task) + ": " +
                           std::to_string(got) + " where " + std::to_string(due) + " was due");
}

/// A pool of pinned workers, whose cost counts as the submitter's.
template <class P>
class PoolRunner {
 public:
  PoolRunner(const std::vector<int>& cpus, harness::Seat& seat, std::size_t chunk_size = 1)
      : pool_({.workers = static_cast<unsigned>(cpus.size()),
               .initializer = [cpus](unsigned i) { harness::pin_this_thread(cpus[i]); }}),
        chunk_size_(chunk_size) {
    seat.also_account = pool_.worker_ids();
  }

  P& pool() { return pool_; }

  template <auto F, class A, class R>
  void map(std::span<const A> arguments, std::span<R> results) {
    handoff::map<F>(pool_, arguments, results, chunk_size_);
  }

 private:
  P pool_;
  std::size_t chunk_size_;
};

/// No pool: a loop over the tasks, in the thread that would have submitted them.
class SerialRunner {
 public:
  template <auto F, class A, class R>
  void map(std::span<const A> arguments, std::span<R> results) {
    // Placement new, as in a pool: the result is built where it belongs.
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      ::new (static_cast<void*>(&results[i])) R(F(arguments[i]));
    }
  }
};

/// Maps F over as many tasks as the phase has; every answer is checked.
template <class Runner, auto F, auto due>
class TaskMap {
 public:
  explicit TaskMap(Runner& runner) : runner_(runner), tasks_(most_at_once), answers_(most_at_once) {
    std::iota(tasks_.begin(), tasks_.end(), TaskNumber{0});
  }

  void run(std::uint64_t count) {
    while (count > 0) {
      std::size_t now = std::min<std::uint64_t>(count, most_at_once);
      map_once(now);
      count -= now;
    }
  }

 private:
  /// So many that starting and ending a map does not show, so few that memory stays small.
  static constexpr std::size_t most_at_once = 1 << 17;

  void map_once(std::size_t count) {
    std::span<const TaskNumber> tasks = std::span(tasks_).first(count);
    std::fill_n(answers_.begin(), count, 0U);
    runner_.template map<F>(tasks, std::span(answers_).first(count));
    for (TaskNumber task : tasks) check_answer(task, answers_[task], due(task));
  }

  Runner& runner_;
  std::vector<TaskNumber> tasks_;
  std::vector<std::uint32_t> answers_;
};

/// Runs tasks of one work. What it needs is made before the runner, and lives longer.
template <class Runner>
class WorkMap {
 public:
  template <class... Arguments>
  WorkMap(const Work& work, harness::Seat& seat, Arguments&&... arguments)
      : work_(take_up(work)),
        prepared_(work.in_submitter()),
        runner_(std::forward<Arguments>(arguments)...),
        map_(runner_) {
    charge_servers(seat, work);
  }

  void run(std::uint64_t count) { map_.run(count * work_.tasks_per_count); }

 private:
  static const Work& take_up(const Work& work) {
    work_at_hand = &work;
    return work;
  }

  const Work& work_;
  std::shared_ptr<void> prepared_;
  Runner runner_;
  TaskMap<Runner, run_work_at_hand, due_of_work_at_hand> map_;
};

}  // namespace handoff::bench
