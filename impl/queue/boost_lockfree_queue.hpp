#pragma once

#include <boost/lockfree/queue.hpp>

#include "counted_queue.hpp"

namespace handoff {

/// Boost.Lockfree's list of many producers and consumers (Michael and Scott, Simple, Fast, and
/// Practical Non-Blocking and Blocking Concurrent Queue Algorithms, 1996). Of fixed capacity, so
/// that its nodes lie in an array and name each other by index.
template <class Item, std::size_t Capacity>
class BoostLockfreeLibrary {
 public:
  bool push(const Item& item) { return queue_.push(item); }
  bool pop(Item& item) { return queue_.pop(item); }

 private:
  static_assert(Capacity < 65535);  // the library's indices have 16 bits
  boost::lockfree::queue<Item, boost::lockfree::capacity<Capacity>> queue_;
};

namespace detail {

inline constexpr Info boost_lockfree_queue_info{
    .name = "boost_lockfree_queue",
    .mechanism = "lock-free list, nodes from an array",
    .source = "Boost.Lockfree queue, fixed capacity",
    .waiting = Waiting::spins,
};

}  // namespace detail

/// The library does not tell its size: the ends count.
template <class Item, std::size_t Capacity>
using BoostLockfreeQueue = CountedQueue<Item, Capacity, BoostLockfreeLibrary<Item, Capacity>,
                                        detail::boost_lockfree_queue_info>;

}  // namespace handoff
