#pragma once

#include <concurrentqueue/concurrentqueue.h>

#include <algorithm>

#include "moodycamel_ends.hpp"

namespace handoff {
namespace detail {

inline constexpr Info moodycamel_concurrent_queue_info{
    .name = "moodycamel_concurrent_queue",
    .mechanism = "a list of blocks per producer, tokens",
    .source = "moodycamel ConcurrentQueue 1.0.3",
    .reach = Reach::threads,
    .waiting = Waiting::spins,
};

}  // namespace detail

/// Cameron Desrochers' ConcurrentQueue, used as its author advises: a token for each end,
/// and a limit on each producer's list of blocks. Where it would wait, the
/// caller spins.
template <class Item, std::size_t Capacity>
class MoodycamelConcurrentQueue
    : public MoodycamelEnds<Item, Capacity,
                            moodycamel::ConcurrentQueue<Item, LimitedBlocks<Capacity>>,
                            detail::moodycamel_concurrent_queue_info> {
  using Ends =
      MoodycamelEnds<Item, Capacity, moodycamel::ConcurrentQueue<Item, LimitedBlocks<Capacity>>,
                     detail::moodycamel_concurrent_queue_info>;

 public:
  using Ends::Ends;

  class Producer : public Ends::Producer {
   public:
    using Ends::Producer::Producer;
    /// The library puts a batch whole or not at all.
    Batch put_some(std::span<const Item> items, Deadline deadline = never) {
      if (this->try_put_all(items)) return {Status::ok, items.size()};
      Status status = this->put(items.front(), deadline);
      return {status, status == Status::ok ? std::size_t{1} : 0};
    }
  };

  class Consumer : public Ends::ConsumerBase {
   public:
    using Ends::ConsumerBase::ConsumerBase;
    Status get(Item& item, Deadline deadline = never) {
      return spin_until_done([&] { return this->try_get(item); }, deadline);
    }
    Batch get_some(std::span<Item> room, Deadline deadline = never) {
      Batch batch{Status::would_wait};
      batch.status = spin_until_done(
          [&] {
            batch.count = this->library().try_dequeue_bulk(this->token(), room.data(), room.size());
            if (batch.count > 0) return Status::ok;
            Status status = this->try_get(room.front());  // also sees a close
            batch.count = status == Status::ok ? 1 : 0;
            return status;
          },
          deadline);
      return batch;
    }
  };
  Producer producer(unsigned i) { return Producer(this->ends_.for_producer(*this, i)); }
  Consumer consumer(unsigned i) { return Consumer(this->ends_.for_consumer(*this, i)); }
};

}  // namespace handoff
