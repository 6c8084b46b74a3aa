#pragma once

#include <future>
#include <utility>

#include "contract.hpp"
#include "thread_per_batch.hpp"

namespace handoff {

namespace detail {

/// The future of a std::async, whose destructor waits for the thread.
class AsyncThread {
 public:
  AsyncThread() = default;
  template <class Work>
  static AsyncThread start(Work work) {
    AsyncThread started;
    started.end_ = std::async(std::launch::async, std::move(work));
    return started;
  }

 private:
  std::future<void> end_;
};

}  // namespace detail

/// A new thread for every batch by std::async(std::launch::async); libstdc++ keeps none.
class StdAsync : public detail::ThreadPerBatch<detail::AsyncThread> {
 public:
  static constexpr Info info{.name = "std_async",
                             .mechanism = "std::async, a new thread per batch",
                             .source = "libstdc++",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .copies_per_message = 0,  // a task names where its arguments lie
                             .syscalls_per_message = 10};
  static constexpr bool replaces_workers = true;  // after each batch

  explicit StdAsync(const PoolShape& shape) : ThreadPerBatch(info, shape) {}
};

static_assert(Pool<StdAsync> && NestsBatches<StdAsync>);

}  // namespace handoff
