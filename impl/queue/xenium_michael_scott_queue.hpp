#pragma once

#include <array>  // the library lacks it
#include <xenium/michael_scott_queue.hpp>
#include <xenium/reclamation/generic_epoch_based.hpp>

#include "counted_queue.hpp"

namespace handoff {

/// xenium's list of many producers and consumers (Michael and Scott, Simple, Fast, and Practical
/// Non-Blocking and Blocking Concurrent Queue Algorithms, 1996). A node comes from the heap for
/// each item and goes back there by epochs (Fraser, Practical lock-freedom, 2004).
template <class Item>
class XeniumMichaelScottLibrary {
 public:
  bool push(const Item& item) {
    queue_.push(item);
    return true;
  }
  bool pop(Item& item) { return queue_.try_pop(item); }

 private:
  using Reclaimer = xenium::policy::reclaimer<xenium::reclamation::epoch_based<>>;
  xenium::michael_scott_queue<Item, Reclaimer> queue_;
};

namespace detail {

inline constexpr Info xenium_michael_scott_queue_info{
    .name = "xenium_michael_scott_queue",
    .mechanism = "lock-free list, nodes from the heap, freed by epochs",
    .source = "xenium michael_scott_queue",
    .reach = Reach::threads,
    .bounded = false,
    .waiting = Waiting::spins,
    .copies_per_message = 3,  // a put takes its item by value
};

}  // namespace detail

/// The library does not tell its size: the ends count.
template <class Item, std::size_t>
using XeniumMichaelScottQueue = CountedQueue<Item, unlimited, XeniumMichaelScottLibrary<Item>,
                                             detail::xenium_michael_scott_queue_info>;

}  // namespace handoff
