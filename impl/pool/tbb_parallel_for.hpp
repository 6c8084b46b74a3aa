#pragma once

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include "contract.hpp"
#include "tbb_loops.hpp"

namespace handoff {

namespace detail {

struct TbbParallelForLoop {
  template <class Iterator, class Body>
  static void run(Iterator first, Iterator last, const Body& body) {
    tbb::parallel_for(
        tbb::blocked_range<Iterator>(first, last),
        [&](const tbb::blocked_range<Iterator>& range) {
          for (auto& item : range) body(item);
        },
        tbb::simple_partitioner());  // a batch may be long: each can be stolen alone
  }
};

}  // namespace detail

/// Loops by parallel_for.
class TbbParallelFor : public detail::TbbLoops<detail::TbbParallelForLoop> {
 public:
  static constexpr Info info{.name = "tbb_parallel_for",
                             .mechanism = "threads, loops in an arena over what is queued",
                             .source = "oneTBB parallel_for, task_arena",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = false;

  explicit TbbParallelFor(const PoolShape& shape) : TbbLoops(info, shape) {}
};

static_assert(Pool<TbbParallelFor> && NestsBatches<TbbParallelFor>);

}  // namespace handoff
