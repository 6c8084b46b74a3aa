#pragma once

#include <array>  // the library lacks it
#include <memory>
#include <xenium/ramalhete_queue.hpp>
#include <xenium/reclamation/generic_epoch_based.hpp>

#include "counted_queue.hpp"

namespace handoff {

/// xenium's list of arrays, whose entries are claimed by fetch_add (Ramalhete, FAAArrayQueue,
/// 2016). The library moves pointers: each item lies in a box from the heap. The arrays are freed
/// by epochs (Fraser, Practical lock-freedom, 2004).
template <class Item>
class XeniumRamalheteLibrary {
 public:
  XeniumRamalheteLibrary() = default;
  XeniumRamalheteLibrary(const XeniumRamalheteLibrary&) = delete;
  XeniumRamalheteLibrary& operator=(const XeniumRamalheteLibrary&) = delete;
  /// The library's own boxes (std::unique_ptr) would be freed twice: its destructor walks past the
  /// end of a full array and begins it again.
  ~XeniumRamalheteLibrary() {
    for (Item* box = nullptr; queue_.try_pop(box);) delete box;
  }

  bool push(const Item& item) {
    auto box = std::make_unique<Item>(item);
    queue_.push(box.get());
    (void)box.release();  // not before the push, which may lack memory
    return true;
  }
  bool pop(Item& item) {
    Item* raw = nullptr;
    if (!queue_.try_pop(raw)) return false;
    std::unique_ptr<Item> box(raw);
    item = *box;
    return true;
  }

 private:
  using Reclaimer = xenium::policy::reclaimer<xenium::reclamation::epoch_based<>>;
  xenium::ramalhete_queue<Item*, Reclaimer> queue_;
};

namespace detail {

inline constexpr Info xenium_ramalhete_queue_info{
    .name = "xenium_ramalhete_queue",
    .mechanism = "list of arrays, tickets, boxed items, freed by epochs",
    .source = "xenium ramalhete_queue",
    .reach = Reach::threads,
    .bounded = false,
    .waiting = Waiting::spins,
    .copies_per_message = 2,  // into its box, and out of it
};

}  // namespace detail

/// The library does not tell its size: the ends count.
template <class Item, std::size_t>
using XeniumRamalheteQueue = CountedQueue<Item, unlimited, XeniumRamalheteLibrary<Item>,
                                          detail::xenium_ramalhete_queue_info>;

}  // namespace handoff
