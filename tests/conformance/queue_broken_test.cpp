#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "impl/queue/mpmc_ring.hpp"
#include "impl/queue/shared_mutex_condition.hpp"
#include "impl/queue/spsc_ring.hpp"
#include "tests/conformance/queue_call_checks.hpp"
#include "tests/conformance/queue_checks.hpp"
#include "tests/conformance/queue_death_checks.hpp"
#include "tests/conformance/queue_ends.hpp"
#include "tests/conformance/queue_life_checks.hpp"
#include "tests/conformance/queue_race_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Queues that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  loses,           ///< every hundredth item
  doubles,         ///< every hundredth item
  swaps,           ///< every hundredth item with the next
  tears,           ///< the last word of every hundredth item
  gives_up_early,  ///< timed forms do not wait
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
  spins,           ///< although it says that it blocks
  calls_too_often  ///< a system call more than it claims
};

constexpr unsigned fault_interval = 100;

/// The fault of every queue that is built from here on.
Fault planted = Fault::none;

/// A ring that is right but for its fault.
template <class Item, std::size_t Capacity>
class FaultyQueue {
  using Ring = MpmcRing<Item, Capacity, Park>;

 public:
  using value_type = Item;
  static constexpr Info info = Ring::info;
  explicit FaultyQueue(QueueShape shape) : ring_(shape), fault_(planted) {}

  class Producer {
   public:
    explicit Producer(FaultyQueue& queue) : queue_(&queue), end_(queue.ring_.producer(0)) {}
    Status try_put(const Item& item) { return put(item, at_once); }

    Status put(const Item& item, Deadline deadline = never) {
      if (queue_->fault_ == Fault::calls_too_often) (void)getppid();
      if (queue_->fault_ == Fault::accepts_closed && queue_->closed_) return Status::ok;
      if (queue_->fault_ == Fault::gives_up_early && deadline != never) deadline = at_once;
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
  };

  class Consumer {
   public:
    explicit Consumer(FaultyQueue& queue) : queue_(&queue), end_(queue.ring_.consumer(0)) {}
    Status try_get(Item& item) { return get(item, at_once); }

    Status get(Item& item, Deadline deadline = never) {
      if (queue_->fault_ == Fault::drops_on_close && queue_->closed_) return Status::closed;
      if (queue_->fault_ == Fault::gives_up_early && deadline != never) deadline = at_once;
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

   private:
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
  };

  Producer producer(unsigned) { return Producer(*this); }
  Consumer consumer(unsigned) { return Consumer(*this); }
  std::size_t capacity() const {
    if (fault_ == Fault::overstates) return Capacity + 1;
    if (fault_ == Fault::knows_no_limit) return unlimited;
    return fault_ == Fault::overfills ? Capacity / 2 : ring_.capacity();
  }
  std::size_t size() const { return ring_.size() + (fault_ == Fault::miscounts ? 1 : 0); }
  void close() {
    closed_ = true;
    if (fault_ != Fault::accepts_closed) ring_.close();
  }

 private:
  Ring ring_;
  const Fault fault_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<int> told_of_close_{0};
};

struct Broken {
  template <class Item, std::size_t Capacity>
  using type = FaultyQueue<Item, Capacity>;
};

const QueueRow& row_with(Fault fault) {
  planted = fault;
  return queue_row<Broken>();
}

constexpr Peers peers = Peers::processes;
constexpr auto soon = std::chrono::seconds(2);

/// Bounded: a lost item may leave the other end waiting for ever.
void exchange_over(const QueueType& type, unsigned producers = 1, unsigned consumers = 1) {
  exchange(type, {{producers, consumers, peers}, 1000, Form::waits, Form::waits}, soon);
}

void expect_rejected(Fault fault, void (*check)(const QueueRow&, Peers)) {
  EXPECT_THROW(check(row_with(fault), peers), std::runtime_error);
}

TEST(BrokenQueue, the_fakes_are_right_without_their_fault) {
  const QueueRow& right = row_with(Fault::none);
  exchange_over(right.small);
  is_full_and_empty_at_its_capacity(right, peers);
  timed_forms_wait_their_time_and_no_others_do(right, peers);
  after_close_puts_are_refused_and_gets_drain(right, peers);
  close_wakes_whoever_waits(right, peers, soon);
  what_was_put_before_a_close_is_never_given_up(right, peers);
  nobody_sleeps_through_what_he_waits_for(right, peers);
  its_size_is_within_its_capacity_while_others_work(right, peers);
  a_waiter_costs_next_to_no_processor_time(right, peers);
}

TEST(BrokenQueue, one_that_loses_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::loses).small), std::runtime_error);
  EXPECT_THROW(exchange_over(row_with(Fault::loses).small, 2, 2), std::runtime_error);
}

TEST(BrokenQueue, one_that_doubles_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::doubles).small), std::runtime_error);
  EXPECT_THROW(exchange_over(row_with(Fault::doubles).small, 2, 2), std::runtime_error);
}

TEST(BrokenQueue, one_that_swaps_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::swaps).small), std::runtime_error);
}

TEST(BrokenQueue, one_that_tears_items_is_rejected) {
  EXPECT_THROW(exchange_over(row_with(Fault::tears).large), std::runtime_error);
}

TEST(BrokenQueue, one_that_gives_up_early_is_rejected) {
  expect_rejected(Fault::gives_up_early, timed_forms_wait_their_time_and_no_others_do);
}

TEST(BrokenQueue, one_that_drops_items_on_close_is_rejected) {
  expect_rejected(Fault::drops_on_close, after_close_puts_are_refused_and_gets_drain);
}

TEST(BrokenQueue, one_that_accepts_items_after_close_is_rejected) {
  expect_rejected(Fault::accepts_closed, after_close_puts_are_refused_and_gets_drain);
}

TEST(BrokenQueue, one_that_wakes_nobody_on_close_is_rejected) {
  EXPECT_THROW(close_wakes_whoever_waits(row_with(Fault::sleeps_on), peers, soon),
               std::runtime_error);
}

TEST(BrokenQueue, one_that_wakes_one_of_two_on_close_is_rejected) {
  EXPECT_THROW(close_wakes_whoever_waits(row_with(Fault::wakes_one), peers, soon),
               std::runtime_error);
}

TEST(BrokenQueue, one_that_believes_a_close_before_it_looks_again_is_rejected) {
  expect_rejected(Fault::looks_once, what_was_put_before_a_close_is_never_given_up);
}

TEST(BrokenQueue, one_that_sleeps_through_a_put_is_rejected) {
  EXPECT_THROW(nobody_sleeps_through_what_he_waits_for(row_with(Fault::oversleeps), peers, soon),
               std::runtime_error);
}

TEST(BrokenQueue, one_that_miscounts_is_rejected) {
  expect_rejected(Fault::miscounts, is_full_and_empty_at_its_capacity);
}

TEST(BrokenQueue, one_that_holds_more_than_it_states_is_rejected) {
  expect_rejected(Fault::overfills, is_full_and_empty_at_its_capacity);
}

TEST(BrokenQueue, one_that_holds_less_than_it_states_is_rejected) {
  expect_rejected(Fault::overstates, is_full_and_empty_at_its_capacity);
}

/// A ring that says that it is unbounded.
template <class Item, std::size_t Capacity>
struct RingWithoutBounds : MpmcRing<Item, Capacity, Park> {
  static constexpr Info info{.name = "without_bounds", .mechanism = "ring", .bounded = false};
  using MpmcRing<Item, Capacity, Park>::MpmcRing;
  std::size_t capacity() const { return unlimited; }
};
struct UnboundedInName {
  template <class Item, std::size_t Capacity>
  using type = RingWithoutBounds<Item, Capacity>;
};

TEST(BrokenQueue, one_that_is_not_as_bounded_as_it_states_is_rejected) {
  expect_rejected(Fault::knows_no_limit, is_full_and_empty_at_its_capacity);
  EXPECT_THROW(is_full_and_empty_at_its_capacity(queue_row<UnboundedInName>(), peers),
               std::runtime_error);
}

TEST(BrokenQueue, one_that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(row_with(Fault::none), peers);
  expect_rejected(Fault::calls_too_often, makes_the_system_calls_that_it_claims);
}

/// Not a fake: a lock that is never free again when its holder has been killed.
struct UnderPlainMutex {
  template <class Item, std::size_t Capacity>
  using type = SharedMutexCondition<Item, Capacity>;
};

TEST(BrokenQueue, one_whose_lock_dies_with_its_holder_is_rejected) {
  EXPECT_THROW(a_worker_killed_anywhere_blocks_no_other(queue_row<UnderPlainMutex>(),
                                                        std::chrono::seconds(8)),
               std::runtime_error);
}

/// It is the claim that is wrong.
template <class Item, std::size_t Capacity>
struct ParkThatClaimsToTell : SpscRing<Item, Capacity, Park> {
  using SpscRing<Item, Capacity, Park>::SpscRing;
  static constexpr Info info{
      .name = "claims_to_tell", .mechanism = "", .on_peer_death = Survivor::told};
};
struct SaysItTells {
  template <class Item, std::size_t Capacity>
  using type = ParkThatClaimsToTell<Item, Capacity>;
};

TEST(BrokenQueue, one_that_says_it_tells_of_a_death_is_rejected) {
  EXPECT_THROW(
      a_waiting_survivor_sees_what_is_claimed(queue_row<SaysItTells>(), std::chrono::seconds(1)),
      std::runtime_error);
}

TEST(BrokenQueue, one_that_spins_but_says_that_it_blocks_is_rejected) {
  expect_rejected(Fault::spins, a_waiter_costs_next_to_no_processor_time);
}

}  // namespace
}  // namespace handoff::conformance
