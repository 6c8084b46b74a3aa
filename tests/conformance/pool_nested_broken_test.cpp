#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>

#include "impl/pool/mutex_condition_threads.hpp"
#include "impl/pool/work_stealing_threads.hpp"
#include "tests/conformance/pool_faulty.hpp"
#include "tests/conformance/pool_life_checks.hpp"
#include "tests/conformance/pool_nested_checks.hpp"

/// Pools that break one promise each to tasks that run batches on them.
namespace handoff::conformance {
namespace {

using Threads = WorkStealingThreads<Park>;

/// The check, ended soon where it hangs.
template <PoolCheck check>
void in_two_seconds(const PoolRow& row, Peers peers) {
  run_alone([&] { check(row, peers); }, std::chrono::seconds(2));
}
const std::string watchdog = "hung";

struct LosesAnInnerBatch : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    if (++calls % 10 == 0) batches = batches.subspan(1);
    Threads::run_within_task(batches);
  }
  std::atomic<int> calls{0};
};
TEST(BrokenNesting, that_loses_a_batch_is_rejected) {
  expect_rejected<LosesAnInnerBatch>(nested_maps_give_the_right_results, "are wrong");
  expect_rejected<LosesAnInnerBatch>(nested_maps_go_deep, "is wrong");
}

struct RunsAnInnerBatchTwice : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    if (++calls % 3 == 0) detail::run(batches.front(), this);
    Threads::run_within_task(batches);
  }
  std::atomic<int> calls{0};
};
TEST(BrokenNesting, that_runs_a_batch_twice_is_rejected) {
  expect_rejected<RunsAnInnerBatchTwice>(nested_maps_give_the_right_results, "2 times");
  expect_rejected<RunsAnInnerBatchTwice>(nested_maps_go_deep, "times");
  expect_rejected<RunsAnInnerBatchTwice>(close_lets_nested_tasks_finish, "2 times");
}

struct SwallowsInnerFailures : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    try {
      Threads::run_within_task(batches);
    } catch (const TaskError&) {
    }
  }
};
struct StopsAtTheFirstFailure : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    for (Batch& batch : batches) Threads::run_within_task({&batch, 1});
  }
};
TEST(BrokenNesting, that_swallows_failures_or_stops_at_the_first_is_rejected) {
  PoolCheck check = nested_failures_reach_the_outer_task_and_the_submitter;
  expect_rejected<SwallowsInnerFailures>(check, "nothing was raised");
  expect_rejected<StopsAtTheFirstFailure>(check, "0 times");
}

struct RunsAllInTheCaller : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    detail::require_own_task(this);
    for (Batch& batch : batches) batch.state = outcome_of_nested(batch, {});
    detail::raise_first_failure(batches);
  }
};
TEST(BrokenNesting, that_runs_one_after_the_other_is_rejected) {
  expect_rejected<RunsAllInTheCaller>(nested_tasks_run_beside_one_another, "was not started");
}

/// A worker only waits, though there may be no other.
struct WaitsForOthers : MutexConditionThreads {
  using MutexConditionThreads::MutexConditionThreads;
  void run_within_task(std::span<Batch> batches) {
    detail::InTaskOf in_no_task(nullptr);
    for (Batch& batch : batches) submit(batch);
    for (Batch& batch : batches) {
      while (batch.state.load() == BatchState::pending) std::this_thread::yield();
    }
  }
};
TEST(BrokenNesting, that_deadlocks_is_rejected) {
  expect_rejected<WaitsForOthers>(in_two_seconds<nested_maps_give_the_right_results>, watchdog);
  expect_rejected<WaitsForOthers>(in_two_seconds<nested_maps_go_deep>, watchdog);
}

struct RunsThemInNewThreads : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    for (Batch& batch : batches) {
      std::jthread([this, &batch] { batch.state = outcome_of_nested(batch, {}); });
    }
  }
};
TEST(BrokenNesting, that_runs_batches_elsewhere_is_rejected) {
  expect_rejected<RunsThemInNewThreads>(nested_tasks_run_in_the_named_workers, "another thread");
}

/// Whoever waits within a task runs what the submitter has submitted meanwhile.
struct RunsSubmittedOnesMeanwhile : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    std::lock_guard lock(mutex);
    queue.push_back(&batch);
    Batch& stand_in = stand_ins.emplace_back();
    stand_in.arguments = reinterpret_cast<const std::byte*>(this);
    stand_in.function = [](const std::byte* self, std::size_t, std::byte*) {
      reinterpret_cast<RunsSubmittedOnesMeanwhile*>(const_cast<std::byte*>(self))->run_next();
      return std::string();
    };
    Threads::submit(stand_in);
  }
  void wait(Batch& batch) {
    for (Batch& stand_in : stand_ins) Threads::wait(stand_in);
    detail::raise_failure(batch);
  }
  void run_within_task(std::span<Batch> batches) {
    run_next();
    Threads::run_within_task(batches);
  }
  void run_next() {
    Batch* next = nullptr;
    {
      std::lock_guard lock(mutex);
      if (queue.empty()) return;
      next = queue.front();
      queue.pop_front();
    }
    next->state = detail::run(*next, this);
  }
  std::mutex mutex;
  std::deque<Batch*> queue;
  std::deque<Batch> stand_ins;
};
TEST(BrokenNesting, whose_stacks_grow_with_the_queue_is_rejected) {
  expect_rejected<RunsSubmittedOnesMeanwhile>(nested_maps_keep_stacks_low, "on one stack");
}

struct SpinsMeanwhile : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    std::jthread spinner([](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
      }
    });
    Threads::run_within_task(batches);
  }
};
TEST(BrokenNesting, that_spins_while_it_waits_is_rejected) {
  expect_rejected<SpinsMeanwhile>(nested_tasks_are_waited_for_without_spinning, "that waits used");
}

struct NestsForAnybody : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    for (Batch& batch : batches) batch.state = outcome_of_nested(batch, {});
  }
};
struct TakesSubmissionsWithin : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    if (detail::pool_of_this_task != this) Threads::submit(batch);
  }
};
TEST(BrokenNesting, that_is_for_anybody_is_rejected) {
  expect_rejected<NestsForAnybody>(nested_maps_are_for_tasks_only, "nothing was raised");
  expect_rejected<TakesSubmissionsWithin>(nested_tasks_may_not_submit, "nothing was raised");
}

struct HangsAfterTheEnd : Threads {
  using Threads::Threads;
  void run_within_task(std::span<Batch> batches) {
    try {
      Threads::run_within_task(batches);
    } catch (const PoolStateError&) {
    }
    while (has_ended) pause();
  }
  void close() {
    has_ended = true;
    Threads::close();
  }
  void terminate() {
    has_ended = true;
    Threads::terminate();
  }
  std::atomic<bool> has_ended{false};
};
TEST(BrokenNesting, that_hangs_beside_the_end_is_rejected) {
  expect_rejected<HangsAfterTheEnd>(in_two_seconds<terminate_beside_nested_tasks_returns>,
                                    watchdog);
  expect_rejected<HangsAfterTheEnd>(in_two_seconds<close_lets_nested_tasks_finish>, watchdog);
}

}  // namespace
}  // namespace handoff::conformance
