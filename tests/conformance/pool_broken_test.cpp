#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>

#include "impl/pool/mutex_condition_threads.hpp"
#include "impl/pool/prefork_socketpair.hpp"
#include "tests/conformance/pool_checks.hpp"
#include "tests/conformance/pool_life_checks.hpp"

/// Pools that are broken on purpose: the suite counts only if it rejects them.
namespace handoff::conformance {
namespace {

struct LosesABatch : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void submit(Batch& batch) {
    if (++submitted == 70) {
      batch.state = BatchState::done;
    } else {
      MutexConditionThreads::submit(batch);
    }
  }
  int submitted = 0;
};

struct RunsABatchTwice : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void submit(Batch& batch) {
    if (++submitted == 70) batch.function(batch.arguments, batch.count, batch.results);
    MutexConditionThreads::submit(batch);
  }
  int submitted = 0;
};

struct SwapsResults : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void wait(Batch& batch) {
    MutexConditionThreads::wait(batch);
    std::size_t bytes = batch.result_bytes / batch.count;
    if (batch.count > 1)
      std::swap_ranges(batch.results, batch.results + bytes, batch.results + bytes);
  }
};

struct SwallowsExceptions : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void wait(Batch& batch) {
    try {
      MutexConditionThreads::wait(batch);
    } catch (const TaskError&) {
    }
  }
};

struct DropsOnClose : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void close() { terminate(); }
};

struct RunsInTheSubmitter : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void submit(Batch& batch) { batch.state = detail::run(batch); }
};

struct HangsOnDeath : PreforkSocketpair {
  using PreforkSocketpair::PreforkSocketpair;
  void wait(Batch& batch) {
    try {
      PreforkSocketpair::wait(batch);
    } catch (const WorkerDied&) {
      for (;;) pause();
    }
  }
};

struct LeaksADescriptor : PreforkSocketpair {
  using PreforkSocketpair::PreforkSocketpair;
  int leaked = dup(STDERR_FILENO);
};

void expect_rejected(void (*promise)()) { EXPECT_THROW(run_alone(promise), std::runtime_error); }

TEST(BrokenPool, that_loses_a_batch_is_rejected) {
  expect_rejected(every_task_is_run_exactly_once_in_a_million<LosesABatch>);
  expect_rejected(map_keeps_order<LosesABatch>);
}
TEST(BrokenPool, that_runs_a_batch_twice_is_rejected) {
  expect_rejected(every_task_is_run_exactly_once_in_a_million<RunsABatchTwice>);
}
TEST(BrokenPool, that_swaps_results_is_rejected) { expect_rejected(map_keeps_order<SwapsResults>); }
TEST(BrokenPool, that_swallows_exceptions_is_rejected) {
  expect_rejected(an_exception_reaches_the_caller_and_the_others_finish<SwallowsExceptions>);
}
TEST(BrokenPool, that_drops_on_close_is_rejected) {
  expect_rejected(close_lets_queued_tasks_finish<DropsOnClose>);
}
TEST(BrokenPool, that_runs_tasks_in_the_submitter_is_rejected) {
  expect_rejected(tasks_run_in_the_named_workers<RunsInTheSubmitter>);
}
TEST(BrokenPool, that_hangs_on_the_death_of_a_worker_is_rejected) {
  expect_rejected(a_worker_killed_while_busy_fails_its_task_and_no_other<HangsOnDeath>);
}
TEST(BrokenPool, that_leaks_a_descriptor_is_rejected) {
  expect_rejected(a_thousand_lives_leave_nothing<LeaksADescriptor>);
}

}  // namespace
}  // namespace handoff::conformance
