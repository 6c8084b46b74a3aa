#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "bench/cases.hpp"
#include "bench/nested_work.hpp"
#include "bench/pool_tasks.hpp"
#include "bench/round_trips.hpp"
#include "bench/start_times.hpp"
#include "bench/table.hpp"
#include "bench/task_map.hpp"
#include "bench/work.hpp"
#include "harness/account.hpp"
#include "harness/memory.hpp"
#include "harness/placement.hpp"
#include "impl/pool/contract.hpp"
#include "impl/pool/tasks.hpp"

/// The scenarios of the pool family, over any implementation. A crew of one, the submitter, owns
/// the pool; its workers are pinned, the submitter is not.
namespace handoff::bench {

/// One task at a time: from submission to the result in hand.
template <class P>
struct PoolApply {
  static harness::Body join(const std::vector<int>& cpus, harness::Seat& seat) {
    auto runner = std::make_shared<PoolRunner<P>>(cpus, seat);
    return [runner, trips = RoundTrips(seat)](std::uint64_t count) mutable {
      trips.run(count, [&](std::uint64_t n) {
        auto task = static_cast<TaskNumber>(n);
        check_answer(task, apply<tiny_task>(runner->pool(), task), due_complement(task));
      });
    };
  }
};

/// One task at a time: from submission to the task's first instruction.
template <class P>
struct PoolStart {
  static harness::Body join(const std::vector<int>& cpus, harness::Seat& seat) {
    auto runner = std::make_shared<PoolRunner<P>>(cpus, seat);
    return [runner, times = StartTimes(seat)](std::uint64_t count) mutable {
      times.run(count, [&](std::uint64_t n) {
        return apply<start_time>(runner->pool(), static_cast<TaskNumber>(n));
      });
    };
  }
};

template <class Row>
class PoolCases {
 public:
  explicit PoolCases(Cases& cases) : cases_(cases), works_(available_works(cases)) {}

  void add_all() {
    for (unsigned workers : cases_.crowded_worker_counts()) {
      harness::Placement placement = cases_.place(harness::Place::compact, workers);
      if (!placement.exists()) continue;
      add({.name = name("apply", placement), .join = PoolApply<P>::join}, placement);
      add({.name = name("submit_to_start", placement), .join = PoolStart<P>::join}, placement);
      for (std::size_t chunk : {1U, 1000U}) add_tiny_tasks(placement, chunk);
      for (const Work* work : works_) add_work(*work, placement);
      for (TableWay way : table_ways) add_table(way, placement);
      if constexpr (NestsBatches<P>) add_nested(placement);
    }
    for (const harness::Placement& placement : cases_.other_places()) {
      for (const Work* work : works_) {
        if (work->in_all_places) add_work(*work, placement);
      }
      add_table(TableWay::shared, placement);
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

  void add_tiny_tasks(const harness::Placement& placement, std::size_t chunk) {
    auto join = [chunk](const std::vector<int>& cpus, harness::Seat& seat) {
      auto runner = std::make_shared<PoolRunner<P>>(cpus, seat, chunk);
      using Map = TaskMap<PoolRunner<P>, tiny_task, due_complement>;
      auto map = std::make_shared<Map>(*runner);
      return [runner, map](std::uint64_t count) { map->run(count); };
    };
    add({.name = name("tiny_tasks", placement).with("chunk", chunk), .join = join}, placement);
  }

  void add_work(const Work& work, const harness::Placement& placement) {
    auto join = [&work](const std::vector<int>& cpus, harness::Seat& seat) {
      auto map = std::make_shared<WorkMap<PoolRunner<P>>>(work, seat, cpus, seat);
      return [map](std::uint64_t count) { map->run(count); };
    };
    add({.name = name(work.scenario, placement).with("work", work.name),
         .join = join,
         .operations_per_count = work.tasks_per_count,
         .in_program = work.in_program},
        placement);
  }

  void add_table(TableWay way, const harness::Placement& placement) {
    auto join = [way](const std::vector<int>& cpus, harness::Seat& seat) {
      auto map = std::make_shared<TableMap<PoolRunner<P>>>(way, seat, cpus, seat);
      return [map](std::uint64_t count) { map->run(count); };
    };
    add({.name = name("table", placement).with("work", to_string(way)),
         .join = join,
         .fewest = fewest_tables},
        placement);
  }

  void add_nested(const harness::Placement& placement) {
    for (const LeafWork& work : leaf_works()) {
      auto join = [&work](const std::vector<int>& cpus, harness::Seat& seat) {
        using Trees = NestedTrees<PoolTreeRunner<P>>;
        auto trees = std::make_shared<Trees>(work, cpus, seat);
        return [trees](std::uint64_t count) { trees->run(count); };
      };
      add({.name = name("nested", placement).with("work", work.name),
           .join = join,
           .operations_per_count = leaves_of_a_tree,
           .fewest = fewest_trees,
           .in_program = work.in_program,
           .counts_leaf_threads = true},
          placement);
    }
  }

  struct Scenario {
    harness::CaseName name;
    Join join;
    std::size_t operations_per_count = 1;
    std::uint64_t fewest = 0;  ///< counts; 0: enough for so many turns per worker
    void (*in_program)() = [] {};
    bool counts_leaf_threads = false;
  };

  /// What the submitter tells beside its report.
  struct Remarks {
    double resident_bytes = 0;
    double leaf_threads = 0;
  };

  void add(const Scenario& scenario, const harness::Placement& placement) {
    auto measure = [cpus = placement.cpus, scenario](const Settings& settings) {
      scenario.in_program();
      Remarks remarks;
      harness::Program program;
      program.object_bytes = sizeof(remarks);
      program.destroy = [&](std::byte* memory) { std::memcpy(&remarks, memory, sizeof(remarks)); };
      program.join = [&](std::byte* memory, harness::Seat& seat) {
        harness::Body body = with_cost_of_ended(seat, scenario.join(cpus, seat));
        remark_afterwards(seat, memory);
        return body;
      };
      // The submitter is a process: it can be ended from outside, and it has one thread to fork.
      Outcome outcome = measure_crew(
          {.peers = Peers::processes, .cpus = {harness::Placement::not_pinned}, .program = program},
          settings, scenario.operations_per_count, fewest_counts(scenario, cpus.size()));
      constexpr double mebibyte = 1 << 20;
      outcome.further = {{"resident_mib", remarks.resident_bytes / mebibyte}};
      if (scenario.counts_leaf_threads) {
        outcome.further.emplace_back("threads_run", remarks.leaf_threads);
      }
      return outcome;
    };
    cases_.add({.name = scenario.name, .cpus = placement.cpus, .measure = measure});
  }

  /// Processes that a pool starts for a batch are charged when they have ended.
  static harness::Body with_cost_of_ended(harness::Seat& seat, const harness::Body& body) {
    return [&seat, body](std::uint64_t count) {
      const harness::Cost before = harness::cost_of_ended_children();
      body(count);
      seat.report.cost_of_ended = harness::cost_of_ended_children() - before;
    };
  }

  /// What the submitter, its workers and its servers hold at the end of a phase, and how many
  /// threads ran leaves in it.
  static void remark_afterwards(harness::Seat& seat, std::byte* memory) {
    seat.afterwards = [memory, others = seat.also_account, before = seat.afterwards] {
      before();
      std::int64_t all = harness::resident_bytes(getpid());
      for (pid_t id : others) {
        if (!harness::is_thread_of_this_process(id)) all += harness::resident_bytes(id);
      }
      const Remarks remarks{.resident_bytes = static_cast<double>(all),
                            .leaf_threads = static_cast<double>(leaf_threads())};
      std::memcpy(memory, &remarks, sizeof(remarks));
    };
  }

  static std::uint64_t fewest_counts(const Scenario& scenario, std::size_t workers) {
    if (scenario.fewest > 0) return scenario.fewest;
    return (turns_per_worker * workers - 1) / scenario.operations_per_count + 1;
  }

  Cases& cases_;
  std::vector<const Work*> works_;
};

template <class Row>
void add_pool(Cases& cases) {
  using P = typename Row::type;
  static_assert(Pool<P>);
  cases.add_row(P::info);
  if (P::info.unavailable().empty()) PoolCases<Row>(cases).add_all();
}

}  // namespace handoff::bench
