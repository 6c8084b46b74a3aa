#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "impl/pool/mutex_condition_threads.hpp"
#include "tests/conformance/pool_checks.hpp"
#include "tests/conformance/pool_faulty.hpp"
#include "tests/conformance/pool_life_checks.hpp"

/// Pools that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

using Threads = MutexConditionThreads;

struct LosesABatch : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    if (++submitted == 70) {
      batch.state = BatchState::done;
    } else {
      Threads::submit(batch);
    }
  }
  int submitted = 0;
};
TEST(BrokenPool, that_loses_a_batch_is_rejected) {
  expect_rejected<LosesABatch>(every_task_is_run_exactly_once_in_a_million, "0 times");
  expect_rejected<LosesABatch>(map_keeps_order, "is wrong");
  expect_rejected<LosesABatch>(apply_returns_the_result, "wrong result");
}

struct RunsABatchTwice : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    if (++submitted == 70) batch.function(batch.arguments, batch.count, batch.results);
    Threads::submit(batch);
  }
  int submitted = 0;
};
TEST(BrokenPool, that_runs_a_batch_twice_is_rejected) {
  expect_rejected<RunsABatchTwice>(every_task_is_run_exactly_once_in_a_million, "2 times");
}

struct SwapsResults : Threads {
  using Threads::Threads;
  void wait(Batch& batch) {
    Threads::wait(batch);
    std::size_t bytes = batch.result_bytes / batch.count;
    if (batch.count > 1)
      std::swap_ranges(batch.results, batch.results + bytes, batch.results + bytes);
  }
};
TEST(BrokenPool, that_swaps_results_is_rejected) {
  expect_rejected<SwapsResults>(map_keeps_order, "in chunks of 7");
}

/// As one that cuts what is longer than its buffer.
struct CutsResults : Threads {
  using Threads::Threads;
  void wait(Batch& batch) {
    Threads::wait(batch);
    if (batch.result_bytes >= 16 << 20) std::memset(batch.results + 65536, 0, 1);
  }
};
TEST(BrokenPool, that_cuts_large_results_is_rejected) {
  expect_rejected<CutsResults>(arguments_and_results_of_1_byte_to_16_MiB, "of 16777216 B");
}

struct WaitsForWork : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline) { return Threads::next_done(never); }
};
TEST(BrokenPool, that_waits_where_nothing_is_due_is_rejected) {
  expect_rejected<WaitsForWork>(
      [](const PoolRow& row, Peers peers) {
        Alarm alarm(2);
        empty_input_returns_at_once(row, peers);
      },
      alarm_clock);
}

struct SwallowsExceptions : Threads {
  using Threads::Threads;
  void wait(Batch& batch) {
    try {
      Threads::wait(batch);
    } catch (const TaskError&) {
    }
  }
};
TEST(BrokenPool, that_swallows_exceptions_is_rejected) {
  expect_rejected<SwallowsExceptions>(an_exception_reaches_the_caller_and_the_others_finish,
                                      "nothing was raised");
}

struct RunsInTheSubmitter : Threads {
  using Threads::Threads;
  void submit(Batch& batch) { batch.state = detail::run(batch, nullptr); }
};
TEST(BrokenPool, that_runs_tasks_in_the_submitter_is_rejected) {
  expect_rejected<RunsInTheSubmitter>(tasks_run_in_the_named_workers, "submitter ran a task");
}

struct ForgetsInitializers : Threads {
  explicit ForgetsInitializers(const PoolShape& shape) : Threads({.workers = shape.workers}) {}
};
TEST(BrokenPool, that_forgets_its_initializers_is_rejected) {
  expect_rejected<ForgetsInitializers>(an_initializer_runs_in_each_worker_before_its_tasks,
                                       "0 times");
  expect_rejected<ForgetsInitializers>(what_an_initializer_throws_is_raised, "nothing was raised");
}

struct InventsWorkers : Threads {
  explicit InventsWorkers(const PoolShape&) : Threads({.workers = 1}) {}
};
TEST(BrokenPool, that_takes_any_number_of_workers_is_rejected) {
  expect_rejected<InventsWorkers>(arguments_out_of_range_raise, "did not raise");
  expect_rejected<InventsWorkers>(a_start_that_fails_half_way_raises_and_leaves_nothing,
                                  "nothing was raised");
}

/// Its only worker waits for what it has submitted itself.
struct WaitsForItself : Threads {
  explicit WaitsForItself(const PoolShape& shape)
      : Threads({.workers = 1, .initializer = shape.initializer}) {}
  void submit(Batch& batch) {
    detail::InTaskOf in_no_task(nullptr);
    Threads::submit(batch);
  }
};
TEST(BrokenPool, that_deadlocks_in_nested_submission_is_rejected) {
  expect_rejected<WaitsForItself>(
      [](const PoolRow& row, Peers peers) {
        Alarm alarm(2);
        a_task_that_submits_to_its_own_pool_is_told(row, peers);
      },
      alarm_clock);
}

}  // namespace
}  // namespace handoff::conformance
