#pragma once

#include <urcu/wfcqueue.h>

#include <memory>

#include "../common/cpu.hpp"
#include "counted_queue.hpp"

namespace handoff {

/// liburcu's list with wait-free puts, one exchange of the tail each, and gets under a mutex; each
/// node comes from the heap. A get whose next node is not linked yet waits for the put that another
/// has begun, by trying again: the library's own waiting form would sleep for 10 ms.
template <class Item>
class UrcuWfcqueueLibrary {
 public:
  UrcuWfcqueueLibrary() { cds_wfcq_init(&head_, &tail_); }
  UrcuWfcqueueLibrary(const UrcuWfcqueueLibrary&) = delete;
  UrcuWfcqueueLibrary& operator=(const UrcuWfcqueueLibrary&) = delete;
  ~UrcuWfcqueueLibrary() {
    while (take() != nullptr) {
    }
    cds_wfcq_destroy(&head_, &tail_);
  }

  bool push(const Item& item) {
    auto* node = new Node{.link = {}, .item = item};
    cds_wfcq_node_init(&node->link);
    cds_wfcq_enqueue(cds_wfcq_head_cast(&head_), &tail_, &node->link);
    return true;
  }

  bool pop(Item& item) {
    std::unique_ptr<Node> node = take();
    if (node == nullptr) return false;
    item = node->item;
    return true;
  }

 private:
  struct Node {
    cds_wfcq_node link;  // first: its address is the node's
    Item item;
  };

  /// Null when the queue is empty.
  std::unique_ptr<Node> take() {
    // Needs no lock: who waits for items does not disturb those who take them.
    while (!cds_wfcq_empty(cds_wfcq_head_cast(&head_), &tail_)) {
      cds_wfcq_dequeue_lock(&head_, &tail_);
      cds_wfcq_node* link = __cds_wfcq_dequeue_nonblocking(cds_wfcq_head_cast(&head_), &tail_);
      cds_wfcq_dequeue_unlock(&head_, &tail_);
      if (link == nullptr) break;
      if (link != CDS_WFCQ_WOULDBLOCK) {
        return std::unique_ptr<Node>(reinterpret_cast<Node*>(link));
      }
      cpu_relax();
    }
    return nullptr;
  }

  // Isolated, as the library advises: producers write the tail, and consumers the head.
  alignas(isolation) cds_wfcq_head head_;
  alignas(isolation) cds_wfcq_tail tail_;
};

namespace detail {

inline constexpr Info urcu_wfcqueue_info{
    .name = "urcu_wfcqueue",
    .mechanism = "list, wait-free puts, a mutex for gets",
    .source = "liburcu wfcqueue 0.13",
    .reach = Reach::threads,
    .bounded = false,
    .waiting = Waiting::spins,
    .copies_per_message = 2,  // into its node, and out of it
};

}  // namespace detail

/// The library does not tell its size: the ends count.
template <class Item, std::size_t>
using UrcuWfcqueue =
    CountedQueue<Item, unlimited, UrcuWfcqueueLibrary<Item>, detail::urcu_wfcqueue_info>;

}  // namespace handoff
