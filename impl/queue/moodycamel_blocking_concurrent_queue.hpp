#pragma once

#include <concurrentqueue/blockingconcurrentqueue.h>

#include "moodycamel_ends.hpp"

namespace handoff {
namespace detail {

inline constexpr Info moodycamel_blocking_concurrent_queue_info{
    .name = "moodycamel_blocking_concurrent_queue",
    .mechanism = "a list of blocks per producer, tokens, a semaphore",
    .source = "moodycamel BlockingConcurrentQueue 1.0.3",
    .reach = Reach::threads,
    .waiting = Waiting::spins_then_blocks,
};

}  // namespace detail

/// Cameron Desrochers' BlockingConcurrentQueue: the same queue with a semaphore that spins for a
/// while and then sleeps. Tokens, and a limit on each producer's list of blocks.
template <class Item, std::size_t Capacity>
class MoodycamelBlockingConcurrentQueue
    : public MoodycamelEnds<Item, Capacity,
                            moodycamel::BlockingConcurrentQueue<Item, LimitedBlocks<Capacity>>,
                            detail::moodycamel_blocking_concurrent_queue_info> {
  using Ends = MoodycamelEnds<Item, Capacity,
                              moodycamel::BlockingConcurrentQueue<Item, LimitedBlocks<Capacity>>,
                              detail::moodycamel_blocking_concurrent_queue_info>;

 public:
  using Ends::Ends;

  class Consumer : public Ends::ConsumerBase {
   public:
    using Ends::ConsumerBase::ConsumerBase;
    Status get(Item& item, Deadline deadline = never) {
      if (deadline == at_once) return this->try_get(item);
      return wait_in_intervals(
          [&](Deadline until) {
            auto left = std::max(until - Clock::now(), Clock::duration::zero());
            if (this->library().wait_dequeue_timed(this->token(), item, left)) return Status::ok;
            return this->try_get(item);
          },
          deadline);
    }
  };
  Consumer consumer(unsigned i) { return Consumer(this->ends_.for_consumer(*this, i)); }
};

}  // namespace handoff
