#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/cases.hpp"
#include "bench/pool_tasks.hpp"
#include "bench/round_trips.hpp"
#include "harness/placement.hpp"
#include "impl/pool/contract.hpp"
#include "impl/pool/tasks.hpp"

/// The scenarios of the pool family, over any implementation. A crew of one, the submitter, owns
/// the pool; its workers are pinned, the submitter is not.
namespace handoff::bench {

/// Answers of a pool are compared with what they must be.
inline void check_answer(TaskNumber task, std::uint32_t got, std::uint32_t due) {
  if (got == due) return;
  throw std::runtime_error("wrong answer to task " + std::to_string(task) + ": " +
                           std::to_string(got) + " where " + std::to_string(due) + " was due");
}

/// A pool of pinned workers, whose cost counts as the submitter's.
template <class P>
class PoolSubmitter {
 public:
  PoolSubmitter(const std::vector<int>& cpus, harness::Seat& seat)
      : pool_({.workers = static_cast<unsigned>(cpus.size()),
               .initializer = [cpus](unsigned i) { harness::pin_this_thread(cpus[i]); }}) {
    seat.also_account = pool_.worker_ids();
  }

  P& pool() { return pool_; }

 private:
  P pool_;
};

/// One task at a time: from submission to the result in hand.
template <class P>
struct PoolApply {
  static harness::Body join(const std::vector<int>& cpus, harness::Seat& seat) {
    auto submitter = std::make_shared<PoolSubmitter<P>>(cpus, seat);
    return [submitter, trips = RoundTrips(seat)](std::uint64_t count) mutable {
      trips.run(count, [&](std::uint64_t n) {
        auto task = static_cast<TaskNumber>(n);
        check_answer(task, apply<tiny_task>(submitter->pool(), task), due_complement(task));
      });
    };
  }
};

/// Maps F over as many tasks as the phase has; every answer is checked.
template <class P, auto F, auto due>
class PoolMap {
 public:
  PoolMap(const std::vector<int>& cpus, harness::Seat& seat, std::size_t chunk_size)
      : submitter_(cpus, seat),
        chunk_size_(chunk_size),
        tasks_(most_at_once),
        answers_(most_at_once) {
    std::iota(tasks_.begin(), tasks_.end(), TaskNumber{0});
    due(0);  // may compute all answers, before anything is measured
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
    map<F>(submitter_.pool(), tasks, std::span(answers_).first(count), chunk_size_);
    for (TaskNumber task : tasks) check_answer(task, answers_[task], due(task));
  }

  PoolSubmitter<P> submitter_;
  std::size_t chunk_size_;
  std::vector<TaskNumber> tasks_;
  std::vector<std::uint32_t> answers_;
};

template <class Row>
class PoolCases {
 public:
  explicit PoolCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    for (unsigned workers : cases_.worker_counts()) {
      harness::Placement placement = cases_.place(harness::Place::compact, workers);
      if (!placement.exists()) continue;
      add(name("apply", placement), placement, PoolApply<P>::join);
      for (std::size_t chunk : {1U, 1000U}) {
        auto tiny = name("tiny_tasks", placement).with("chunk", chunk);
        add_map<tiny_task, due_complement>(tiny, placement, chunk);
      }
      auto with_work = [&](const char* scenario, const char* work) {
        return name(scenario, placement).with("work", work);
      };
      add_map<count_primes, due_primes>(with_work("cpu_bound", "sieve"), placement);
      add_map<write_durably, due_complement>(with_work("io_bound", "fsync"), placement);
      add_map<wait_5ms, due_complement>(with_work("io_bound", "wait_5ms"), placement);
    }
  }

 private:
  /// So many tasks per worker that those who have none left while the last ones end hardly show.
  static constexpr std::size_t turns_per_worker = 10;

  using P = typename Row::type;
  using Join = std::function<harness::Body(const std::vector<int>&, harness::Seat&)>;

  static harness::CaseName name(const char* scenario, const harness::Placement& placement) {
    Peers peers = reaches(P::info, Peers::processes) ? Peers::processes : Peers::threads;
    harness::CaseName name{"pool", row_name(P::info), scenario, {}};
    name.with("peers", to_string(peers)).with("place", to_string(placement.place));
    return name.with("workers", placement.cpus.size());
  }

  template <auto F, auto due>
  void add_map(const harness::CaseName& name, const harness::Placement& placement,
               std::size_t chunk_size = 1) {
    add(name, placement, [chunk_size](const std::vector<int>& cpus, harness::Seat& seat) {
      auto map = std::make_shared<PoolMap<P, F, due>>(cpus, seat, chunk_size);
      return [map](std::uint64_t count) { map->run(count); };
    });
  }

  void add(const harness::CaseName& name, const harness::Placement& placement, const Join& join) {
    auto measure = [cpus = placement.cpus, join](const Settings& settings) {
      harness::Program program;
      program.join = [&](std::byte*, harness::Seat& seat) { return join(cpus, seat); };
      // The submitter is a process: it can be ended from outside, and it has one thread to fork.
      return measure_crew(
          {.peers = Peers::processes, .cpus = {harness::Placement::not_pinned}, .program = program},
          settings, 1, turns_per_worker * cpus.size());
    };
    cases_.add({.name = name, .cpus = placement.cpus, .measure = measure});
  }

  Cases& cases_;
};

template <class Row>
void add_pool(Cases& cases) {
  using P = typename Row::type;
  static_assert(Pool<P>);
  cases.add_row(P::info);
  if (P::info.unavailable().empty()) PoolCases<Row>(cases).add_all();
}

}  // namespace handoff::bench
