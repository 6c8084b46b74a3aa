#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "impl/queue/mpmc_ring.hpp"
#include "tests/conformance/queue_batch_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Queues that break one promise about batches each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  loses_the_last,
  puts_the_last_twice,
  reverses,
  counts_too_many,
  gives_up_early,  ///< does not wait
  accepts_closed,
};

/// Right but for its fault.
template <class Item, std::size_t Capacity, Fault fault, class Wait = Park>
class Faulty : public MpmcRing<Item, Capacity, Wait> {
  using Ring = MpmcRing<Item, Capacity, Wait>;

 public:
  using Ring::Ring;

  class Producer : public Ring::Producer {
   public:
    using Ring::Producer::Producer;
    Batch put_some(std::span<const Item> items, Deadline deadline = never) {
      std::vector<Item> batch(items.begin(), items.end());
      bool several = batch.size() > 1;
      if (fault == Fault::loses_the_last && several) batch.pop_back();
      if (fault == Fault::reverses) std::reverse(batch.begin(), batch.end());
      Batch put = Ring::Producer::put_some(batch, deadline);
      if (fault == Fault::accepts_closed && put.status == Status::closed) return {Status::ok, 1};
      if (put.status != Status::ok) return put;
      if (fault == Fault::loses_the_last && several) ++put.count;
      if (fault == Fault::puts_the_last_twice) (void)this->put(batch[put.count - 1], deadline);
      if (fault == Fault::counts_too_many && put.count < batch.size()) ++put.count;
      return put;
    }
  };

  class Consumer : public Ring::Consumer {
   public:
    using Ring::Consumer::Consumer;
    Batch get_some(std::span<Item> room, Deadline deadline = never) {
      bool hasty = fault == Fault::gives_up_early && deadline != never;
      return Ring::Consumer::get_some(room, hasty ? at_once : deadline);
    }
  };

  Producer producer(unsigned) { return Producer(*this); }
  Consumer consumer(unsigned) { return Consumer(*this); }
};

struct WakesNobody : Park {
  void notify_all() {}
};

template <Fault fault>
struct RowOf {
  template <class Item, std::size_t Capacity>
  using type = Faulty<Item, Capacity, fault>;
};
struct RowThatWakesNobody {
  template <class Item, std::size_t Capacity>
  using type = Faulty<Item, Capacity, Fault::none, WakesNobody>;
};
template <Fault fault>
const QueueRow& row() {
  return queue_row<RowOf<fault>>();
}

constexpr Peers peers = Peers::processes;
constexpr auto soon = std::chrono::seconds(3);

TEST(BrokenBatch, the_fakes_are_right_without_their_fault) {
  batches_lose_and_double_nothing(row<Fault::none>(), peers);
  a_batch_moves_what_fits(row<Fault::none>(), peers);
  a_batch_wakes_as_many_as_it_has_items_for(row<Fault::none>(), peers);
}
TEST(BrokenBatch, one_that_loses_the_last_is_rejected) {
  expect_rejected(row<Fault::loses_the_last>(), batches_lose_and_double_nothing, soon);
}
TEST(BrokenBatch, one_that_doubles_the_last_is_rejected) {
  expect_rejected(row<Fault::puts_the_last_twice>(), batches_lose_and_double_nothing, soon);
}
TEST(BrokenBatch, one_that_reverses_a_batch_is_rejected) {
  expect_rejected(row<Fault::reverses>(), batches_lose_and_double_nothing, soon);
  expect_rejected(row<Fault::reverses>(), a_batch_moves_what_fits);
}
TEST(BrokenBatch, one_that_counts_too_many_is_rejected) {
  expect_rejected(row<Fault::counts_too_many>(), a_batch_moves_what_fits);
}
TEST(BrokenBatch, one_that_gives_up_early_is_rejected) {
  expect_rejected(row<Fault::gives_up_early>(), a_batch_moves_what_fits);
}
TEST(BrokenBatch, one_that_accepts_a_batch_after_close_is_rejected) {
  expect_rejected(row<Fault::accepts_closed>(), a_batch_moves_what_fits);
}
TEST(BrokenBatch, one_that_wakes_nobody_for_many_is_rejected) {
  expect_rejected(queue_row<RowThatWakesNobody>(), a_batch_wakes_as_many_as_it_has_items_for, soon);
}

}  // namespace
}  // namespace handoff::conformance
