#include <gtest/gtest.h>

#include "impl/queue/mpmc_ring.hpp"
#include "tests/conformance/baggage.hpp"
#include "tests/conformance/queue_life_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Queues that leave what they should not, and the checks that must see it.
namespace handoff::conformance {
namespace {

template <class Item, std::size_t Capacity>
class RingWithBaggage : public MpmcRing<Item, Capacity, Park> {
 public:
  using MpmcRing<Item, Capacity, Park>::MpmcRing;

 private:
  Baggage baggage_;
};
struct WithBaggage {
  template <class Item, std::size_t Capacity>
  using type = RingWithBaggage<Item, Capacity>;
};

const QueueRow& row_with(Carried carried) {
  Baggage::of_all = carried;
  return queue_row<WithBaggage>();
}

constexpr Peers peers = Peers::processes;

TEST(AQueue, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_queues_leave_nothing(row_with(Carried::nothing), peers));
  expect_rejected(row_with(Carried::leaked_descriptor), ten_thousand_queues_leave_nothing);
}

TEST(AQueue, that_leaks_memory_is_rejected) {
  expect_rejected(row_with(Carried::leaked_memory), ten_thousand_queues_leave_nothing);
}

TEST(AQueue, that_others_can_open_is_rejected) {
  EXPECT_NO_THROW(nobody_else_can_open_it(row_with(Carried::name_until_dropped), peers));
  expect_rejected(row_with(Carried::file_for_others), nobody_else_can_open_it);
  expect_rejected(row_with(Carried::guessable_address), nobody_else_can_open_it);
}

TEST(AQueue, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  const QueueRow& row = row_with(Carried::name_until_dropped);
  expect_rejected(row, a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(Baggage::kept_name.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
