#pragma once

#include <thread>
#include <utility>

#include "contract.hpp"
#include "thread_per_batch.hpp"

namespace handoff {

namespace detail {

/// Joined when it is destroyed.
class OwnThread {
 public:
  OwnThread() = default;
  template <class Work>
  static OwnThread start(Work work) {
    OwnThread started;
    started.thread_ = std::jthread(std::move(work));
    return started;
  }

 private:
  std::jthread thread_;
};

}  // namespace detail

/// A new std::thread for every batch.
class ThreadPerTask : public detail::ThreadPerBatch<detail::OwnThread> {
 public:
  static constexpr Info info{.name = "thread_per_task",
                             .mechanism = "a new std::thread per batch",
                             .source = "own, over libstdc++",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 0,  // a task names where its arguments lie
                             .syscalls_per_message = 10};
  static constexpr bool replaces_workers = true;  // after each batch

  explicit ThreadPerTask(const PoolShape& shape) : ThreadPerBatch(info, shape) {}
};

static_assert(Pool<ThreadPerTask> && NestsBatches<ThreadPerTask>);

}  // namespace handoff
