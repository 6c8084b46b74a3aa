#pragma once

#include <bit>
#include <xenium/vyukov_bounded_queue.hpp>

#include "counted_queue.hpp"

namespace handoff {

/// xenium's form of Dmitry Vyukov's bounded queue, by its default operations, which wait for a
/// put or get that another has begun.
template <class Item, std::size_t Capacity>
class XeniumVyukovLibrary {
  static_assert(std::has_single_bit(Capacity) && Capacity >= 2);

 public:
  bool push(const Item& item) { return queue_.try_push(item); }
  bool pop(Item& item) { return queue_.try_pop(item); }

 private:
  xenium::vyukov_bounded_queue<Item> queue_{Capacity};
};

namespace detail {

inline constexpr Info xenium_vyukov_bounded_queue_info{
    .name = "xenium_vyukov_bounded_queue",
    .mechanism = "ring, a sequence number in each slot",
    .source = "xenium vyukov_bounded_queue",
    .reach = Reach::threads,
    .waiting = Waiting::spins,
};

}  // namespace detail

/// The library does not tell its size: the ends count.
template <class Item, std::size_t Capacity>
using XeniumVyukovBoundedQueue = CountedQueue<Item, Capacity, XeniumVyukovLibrary<Item, Capacity>,
                                              detail::xenium_vyukov_bounded_queue_info>;

}  // namespace handoff
