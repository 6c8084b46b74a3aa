#pragma once

#include <tbb/task_group.h>

#include <span>

#include "contract.hpp"
#include "tbb_arena_threads.hpp"

namespace handoff {

/// Each batch is a task of the group; a task that publishes some makes a group for them.
class TbbTaskGroup : public detail::TbbArenaThreads {
 public:
  static constexpr Info info{.name = "tbb_task_group",
                             .mechanism = "threads, tasks of a group in an arena, stealing",
                             .source = "oneTBB task_group, task_arena",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = false;

  explicit TbbTaskGroup(const PoolShape& shape) : TbbArenaThreads(info, shape) {}

  void submit(Batch& batch) {
    require_open();
    spawn([this, &batch] { run(batch); });
  }

  void run_within_task(std::span<Batch> batches) {
    run_nested(batches, [batches](const auto& run_one) {
      tbb::task_group group;
      for (Batch& batch : batches) group.run([&run_one, &batch] { run_one(batch); });
      group.wait();
    });
  }
};

static_assert(Pool<TbbTaskGroup> && NestsBatches<TbbTaskGroup>);

}  // namespace handoff
