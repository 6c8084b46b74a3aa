#pragma once

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "impl/common/futex.hpp"
#include "impl/queue/mpmc_ring.hpp"
#include "tests/conformance/queue_ends.hpp"

/// Queues that break one promise each, for the checks that must see it.
namespace handoff::conformance {

enum class Fault {
  none,
  loses,           ///< every hundredth item
  loses_tries,     ///< every hundredth item that try_put puts
  doubles_tries,   ///< every hundredth item that try_get takes
  doubles,         ///< every hundredth item
  swaps,           ///< every hundredth item with the next
  tears,           ///< the last word of every hundredth item
  gives_up_early,  ///< timed forms do not wait
  waits_to_put,    ///< also without time
  waits_to_get,    ///< also without time
  drops_on_close,  ///< what is queued is gone
  accepts_closed,  ///< puts go on after close
  sleeps_on,       ///< close wakes nobody
  wakes_one,       ///< close leaves one of two waiters asleep
  looks_once,      ///< a get that found nothing believes the close, whatever came between
  oversleeps,      ///< a waiter does not look again before it sleeps
  miscounts,       ///< size is one too high
  overfills,       ///< more fits than is stated
  overstates,      ///< less fits than is stated
  knows_no_limit,  ///< tells no capacity, although it says that it is bounded
  takes_any,       ///< shape, and end of any number
  names_nothing,   ///< raises, and does not say what is wrong
  spins,           ///< although it says that it blocks
  hides_items,     ///< size says that there are none
  hangs_on_close,  ///< until somebody has taken what is queued
  wakes_in_vain,   ///< a futex call for each put, although nobody sleeps
  takes_ahead,     ///< a consumer keeps the next item for itself
  points_to_itself,
  calls_too_often  ///< a system call more than it claims
};

inline constexpr unsigned fault_interval = 100;
inline constexpr auto too_long = std::chrono::milliseconds(100);

/// The fault of every queue that is built from here on.
inline Fault planted = Fault::none;

/// A ring that is right but for its fault.
template <class Item, std::size_t Capacity>
class FaultyQueue {
  using Ring = MpmcRing<Item, Capacity, Park>;

 public:
  using value_type = Item;
  static constexpr Info info = Ring::info;
  explicit FaultyQueue(QueueShape shape)
      : ring_(planted == Fault::takes_any ? QueueShape{1, 1} : shape), fault_(planted) {
    if (fault_ == Fault::points_to_itself) self_ = this;
  }

  class Producer {
   public:
    Producer(FaultyQueue& queue, unsigned i) : queue_(&queue), end_(queue.ring_.producer(i)) {}
    Status try_put(const Item& item) {
      if (queue_->fault_ == Fault::loses_tries && ++tries_ % fault_interval == 0) return Status::ok;
      return put(item, at_once);
    }

    Status put(const Item& item, Deadline deadline = never) {
      if (queue_->fault_ == Fault::calls_too_often) (void)getppid();
      if (queue_->fault_ == Fault::wakes_in_vain) futex_wake(queue_->nobody_);
      if (queue_->fault_ == Fault::accepts_closed && queue_->closed_) return Status::ok;
      if (queue_->fault_ == Fault::gives_up_early && deadline != never) deadline = at_once;
      if (queue_->fault_ == Fault::waits_to_put && deadline == at_once) deadline = after(too_long);
      if (queue_->fault_ == Fault::oversleeps) return put_and_wake(item);
      if (held_) {
        (void)end_.put(item, never);
        Item held = *std::exchange(held_, std::nullopt);
        return end_.put(held, never);
      }
      if (++puts_ % fault_interval != 0) return end_.put(item, deadline);
      return put_wrong(item, deadline);
    }

   private:
    Status put_and_wake(const Item& item) {
      Status status = end_.put(item, never);
      queue_->asleep_ = false;
      return status;
    }

    Status put_wrong(Item item, Deadline deadline) {
      if (queue_->fault_ == Fault::loses) return Status::ok;
      if (queue_->fault_ == Fault::doubles) (void)end_.put(item, deadline);
      if (queue_->fault_ == Fault::tears) ++item.words.back();
      if (queue_->fault_ == Fault::swaps) {
        held_ = item;
        return Status::ok;
      }
      return end_.put(item, deadline);
    }

    FaultyQueue* queue_;
    typename Ring::Producer end_;
    std::optional<Item> held_;
    unsigned puts_ = 0;
    unsigned tries_ = 0;
  };

  class Consumer {
   public:
    Consumer(FaultyQueue& queue, unsigned i) : queue_(&queue), end_(queue.ring_.consumer(i)) {}
    Status try_get(Item& item) {
      Status status = get(item, at_once);
      bool doubles = queue_->fault_ == Fault::doubles_tries && status == Status::ok;
      if (doubles && ++tries_ % fault_interval == 0) again_ = item;
      return status;
    }

    Status get(Item& item, Deadline deadline = never) {
      if (again_) {
        item = *std::exchange(again_, std::nullopt);
        return Status::ok;
      }
      Status status = get_one(item, deadline);
      if (queue_->fault_ == Fault::takes_ahead && status == Status::ok) {
        if (Item next; end_.get(next, at_once) == Status::ok) again_ = next;
      }
      return status;
    }

   private:
    Status get_one(Item& item, Deadline deadline) {
      if (queue_->fault_ == Fault::drops_on_close && queue_->closed_) return Status::closed;
      if (queue_->fault_ == Fault::gives_up_early && deadline != never) deadline = at_once;
      if (queue_->fault_ == Fault::waits_to_get && deadline == at_once) deadline = after(too_long);
      while (queue_->fault_ == Fault::spins && queue_->ring_.size() == 0 &&
             Clock::now() < deadline) {
      }
      if (queue_->fault_ == Fault::looks_once || queue_->fault_ == Fault::oversleeps) {
        return get_hastily(item, deadline);
      }
      Status status = end_.get(item, deadline);
      if (status != Status::closed) return status;
      bool sleeps_on = queue_->fault_ == Fault::sleeps_on ||
                       (queue_->fault_ == Fault::wakes_one && queue_->told_of_close_++ > 0);
      if (sleeps_on) (void)Park().wait([] { return false; }, never);
      return status;
    }

    Status get_hastily(Item& item, Deadline deadline) {
      for (;;) {
        Status status = end_.get(item, at_once);
        if (status != Status::would_wait) return status;
        for (int turn = 0; turn < 10; ++turn) cpu_relax();
        if (queue_->fault_ == Fault::looks_once && queue_->closed_) return Status::closed;
        if (deadline == at_once) return Status::would_wait;
        queue_->asleep_ = true;
        while (queue_->asleep_ && !queue_->closed_) std::this_thread::yield();
      }
    }

    FaultyQueue* queue_;
    typename Ring::Consumer end_;
    std::optional<Item> again_;
    unsigned tries_ = 0;
  };

  Producer producer(unsigned i) { return Producer(*self(), number_of(i)); }
  Consumer consumer(unsigned i) { return Consumer(*self(), number_of(i)); }
  std::size_t capacity() const {
    if (fault_ == Fault::overstates) return Capacity + 1;
    if (fault_ == Fault::knows_no_limit) return unlimited;
    return fault_ == Fault::overfills ? Capacity / 2 : ring_.capacity();
  }
  std::size_t size() const {
    if (fault_ == Fault::hides_items) return 0;
    return ring_.size() + (fault_ == Fault::miscounts ? 1 : 0);
  }
  void close() {
    while (fault_ == Fault::hangs_on_close && ring_.size() > 0) std::this_thread::yield();
    closed_ = true;
    if (fault_ != Fault::accepts_closed) ring_.close();
  }

 private:
  FaultyQueue* self() { return self_ == nullptr ? this : self_; }
  unsigned number_of(unsigned i) const {
    if (fault_ == Fault::names_nothing && i > 2) throw std::out_of_range("mpmc_ring");
    return fault_ == Fault::takes_any ? 0 : i;
  }

  Ring ring_;
  const Fault fault_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<int> told_of_close_{0};
  std::atomic<std::uint32_t> nobody_{0};
  FaultyQueue* self_ = nullptr;
};

struct Broken {
  template <class Item, std::size_t Capacity>
  using type = FaultyQueue<Item, Capacity>;
};

inline const QueueRow& row_with(Fault fault) {
  planted = fault;
  return queue_row<Broken>();
}

}  // namespace handoff::conformance
