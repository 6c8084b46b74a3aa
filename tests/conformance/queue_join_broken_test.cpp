#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "impl/queue/joinable_mpmc_ring.hpp"
#include "tests/conformance/queue_join_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Joinable queues that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  joins_at_once,
  joins_when_taken,  ///< and not when done
  counts_late,       ///< after the put, when the task may be done already
  never_joins,
  gives_up_early,  ///< timed joins do not wait
  waits_always,    ///< joins without time do
  bears_one_too_many,
};

/// Right but for its fault.
template <class Item, std::size_t Capacity, Fault fault>
class Faulty {
  using Ring = MpmcRing<Item, Capacity, Park>;

 public:
  using value_type = Item;
  static constexpr Info info = Ring::info;
  explicit Faulty(QueueShape shape) : ring_(shape) {}

  class Producer {
   public:
    explicit Producer(Faulty& queue) : queue_(&queue), end_(queue.ring_.producer(0)) {}
    Status try_put(const Item& item) { return put(item, at_once); }
    Status put(const Item& item, Deadline deadline = never) {
      if (fault != Fault::counts_late) queue_->tasks_.add();
      Status status = end_.put(item, deadline);
      if (fault == Fault::counts_late) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
        queue_->tasks_.add();
      }
      if (status != Status::ok) (void)queue_->tasks_.finish();
      return status;
    }

   private:
    Faulty* queue_;
    typename Ring::Producer end_;
  };

  class Consumer {
   public:
    explicit Consumer(Faulty& queue) : queue_(&queue), end_(queue.ring_.consumer(0)) {}
    Status try_get(Item& item) { return get(item, at_once); }
    Status get(Item& item, Deadline deadline = never) {
      Status status = end_.get(item, deadline);
      if (fault == Fault::joins_when_taken && status == Status::ok) (void)queue_->tasks_.finish();
      return status;
    }

   private:
    Faulty* queue_;
    typename Ring::Consumer end_;
  };

  Producer producer(unsigned) { return Producer(*this); }
  Consumer consumer(unsigned) { return Consumer(*this); }
  std::size_t capacity() const { return ring_.capacity(); }
  std::size_t size() const { return ring_.size(); }
  void close() { ring_.close(); }

  void task_done() {
    if (fault == Fault::never_joins || fault == Fault::joins_when_taken) return;
    if (!tasks_.finish() && fault != Fault::bears_one_too_many) throw std::logic_error("too many");
  }
  Status join(Deadline deadline) {
    if (fault == Fault::joins_at_once) return Status::ok;
    if (fault == Fault::gives_up_early && deadline != never) deadline = at_once;
    if (fault == Fault::waits_always && deadline == at_once) {
      deadline = after(std::chrono::milliseconds(30));
    }
    return tasks_.join(deadline);
  }

 private:
  TaskCount tasks_;
  Ring ring_;
};

template <Fault fault>
struct RowOf {
  template <class Item, std::size_t Capacity>
  using type = Faulty<Item, Capacity, fault>;
};
template <Fault fault>
const QueueRow& row() {
  return queue_row<RowOf<fault>>();
}

constexpr Peers peers = Peers::processes;
constexpr auto soon = std::chrono::seconds(3);

TEST(BrokenJoin, the_fakes_are_right_without_their_fault) {
  join_returns_when_every_task_is_done(row<Fault::none>(), peers);
  join_waits_its_time(row<Fault::none>(), peers);
  one_task_done_too_many_raises(row<Fault::none>(), peers);
}
TEST(BrokenJoin, one_that_joins_at_once_is_rejected) {
  expect_rejected(row<Fault::joins_at_once>(), join_returns_when_every_task_is_done, soon);
  expect_rejected(row<Fault::joins_at_once>(), join_waits_its_time);
}
TEST(BrokenJoin, one_that_joins_when_tasks_are_taken_is_rejected) {
  expect_rejected(row<Fault::joins_when_taken>(), join_returns_when_every_task_is_done, soon);
}
TEST(BrokenJoin, one_that_counts_a_task_after_its_put_is_rejected) {
  expect_rejected(row<Fault::counts_late>(), join_returns_when_every_task_is_done, soon);
}
TEST(BrokenJoin, one_that_never_joins_is_rejected) {
  expect_rejected(row<Fault::never_joins>(), join_returns_when_every_task_is_done, soon);
}
TEST(BrokenJoin, one_that_gives_up_early_is_rejected) {
  expect_rejected(row<Fault::gives_up_early>(), join_waits_its_time);
}
TEST(BrokenJoin, one_that_always_waits_is_rejected) {
  expect_rejected(row<Fault::waits_always>(), join_waits_its_time);
}
TEST(BrokenJoin, one_that_bears_a_task_done_too_many_is_rejected) {
  expect_rejected(row<Fault::bears_one_too_many>(), one_task_done_too_many_raises);
}

}  // namespace
}  // namespace handoff::conformance
