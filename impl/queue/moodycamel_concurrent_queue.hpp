#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>

#include "moodycamel_ends.hpp"

namespace handoff {

/// Cameron Desrochers' ConcurrentQueue, used as its author advises: a token for each end,
/// and a limit on each producer's list of blocks. Where it would wait, the
/// caller spins.
template <class Item, std::size_t Capacity>
class MoodycamelConcurrentQueue
    : public MoodycamelEnds<Item, Capacity,
                            moodycamel::ConcurrentQueue<Item, LimitedBlocks<Capacity>>> {
  using Ends =
      MoodycamelEnds<Item, Capacity, moodycamel::ConcurrentQueue<Item, LimitedBlocks<Capacity>>>;

 public:
  static constexpr Info info{.name = "moodycamel_concurrent_queue",
                             .mechanism = "a list of blocks per producer, tokens",
                             .source = "moodycamel ConcurrentQueue 1.0.3",
                             .reach = Reach::threads,
                             .waiting = Waiting::spins};
  using Ends::Ends;

  class Consumer : public Ends::ConsumerBase {
   public:
    using Ends::ConsumerBase::ConsumerBase;
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return this->try_get(item); }, deadline);
    }
  };
  Consumer consumer(unsigned) { return Consumer(*this); }
};

}  // namespace handoff
