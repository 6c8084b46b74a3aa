#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Queue: N producers hand items of one type to M consumers; every item arrives once.
///
/// An implementation is a class template `X<Item, Capacity>` or `X<Item, Capacity, Wait>`. The
/// object is built in place before the workers start, in shared memory if they are processes,
/// and each worker then takes its own end, once: `producer(i)`, `consumer(i)`. An end may hold
/// tokens or cached indices; it belongs to one worker and must not outlive the object.
///
/// Items of one producer arrive in the order in which they were put. `close()` comes after the
/// last put that must arrive has returned: later puts return closed, gets drain what is left and
/// then return closed, and every waiter wakes. Whatever is over a limit raises LimitError.
namespace handoff {

/// How many of each end will be taken, and where their holders run.
struct QueueShape {
  unsigned producers = 1;
  unsigned consumers = 1;
  Peers peers = Peers::threads;
};

template <class End, class Item>
concept QueueProducer = requires(End end, const Item& item, Deadline deadline) {
  { end.try_put(item) } -> std::same_as<Status>;        // ok, would_wait (full), closed
  { end.put(item, deadline) } -> std::same_as<Status>;  // ok, would_wait (too late), closed
};

template <class End, class Item>
concept QueueConsumer = requires(End end, Item& item, Deadline deadline) {
  { end.try_get(item) } -> std::same_as<Status>;        // ok, would_wait (empty), closed
  { end.get(item, deadline) } -> std::same_as<Status>;  // ok, would_wait (too late), closed
};

template <class Q>
concept Queue = std::is_trivially_copyable_v<typename Q::value_type> &&
    requires(Q queue, const Q& quiet, QueueShape shape, unsigned i) {
  { Q::info } -> std::convertible_to<Info>;
  {Q(shape)};
  { queue.producer(i) } -> QueueProducer<typename Q::value_type>;
  { queue.consumer(i) } -> QueueConsumer<typename Q::value_type>;
  { quiet.capacity() } -> std::same_as<std::size_t>;  // items
  { quiet.size() } -> std::same_as<std::size_t>;      // exact when quiet
  queue.close();
};

/// A queue whose items are tasks: join() waits until task_done() has been called for each.
template <class Q>
concept JoinableQueue = Queue<Q> && requires(Q queue, Deadline deadline) {
  queue.task_done();                                 // raises std::logic_error if none is left
  { queue.join(deadline) } -> std::same_as<Status>;  // ok, would_wait (too late)
};

/// How many items of a batch were put or taken: at least one when the status is ok, else none.
struct Batch {
  Status status;
  std::size_t count = 0;
};

/// A queue whose ends also put and take several items with one claim and one wake-up for all. They
/// wait for the first item only: what does not fit, or is not there, is left. A batch must not be
/// empty.
template <class Q>
concept BatchQueue = Queue<Q> &&
    requires(Q queue, std::span<const typename Q::value_type> items,
             std::span<typename Q::value_type> room, Deadline deadline) {
  { queue.producer(0).put_some(items, deadline) } -> std::same_as<Batch>;
  { queue.consumer(0).get_some(room, deadline) } -> std::same_as<Batch>;
};

template <Queue Q>
bool empty(const Q& queue) {
  return queue.size() == 0;
}

template <Queue Q>
bool full(const Q& queue) {
  return queue.size() >= queue.capacity();
}

}  // namespace handoff
