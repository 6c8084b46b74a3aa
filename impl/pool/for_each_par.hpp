#pragma once

#include <algorithm>
#include <execution>

#include "contract.hpp"
#include "tbb_loops.hpp"

namespace handoff {

namespace detail {

struct ForEachParLoop {
  template <class Iterator, class Body>
  static void run(Iterator first, Iterator last, const Body& body) {
    std::for_each(std::execution::par, first, last, body);
  }
};

}  // namespace detail

/// Loops by the standard library's parallel algorithm, which in libstdc++ is oneTBB's: it may give
/// one thread several batches on end.
class ForEachPar : public detail::TbbLoops<detail::ForEachParLoop> {
 public:
  static constexpr Info info{.name = "for_each_par",
                             .mechanism = "threads, parallel algorithms over what is queued",
                             .source = "std::for_each, std::execution::par, over oneTBB",
                             .reach = Reach::threads,
                             .producers = Holders::one,
                             .bounded = false,
                             .waiting = Waiting::spins_then_blocks,
                             .copies_per_message = 0};  // a task names where its arguments lie
  static constexpr bool replaces_workers = false;

  explicit ForEachPar(const PoolShape& shape) : TbbLoops(info, shape) {}
};

static_assert(Pool<ForEachPar> && NestsBatches<ForEachPar>);

}  // namespace handoff
