#include <gtest/gtest.h>

#include "impl/pipe/shared_ring.hpp"
#include "tests/conformance/baggage.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Pipes that leave what they should not, and the checks that must see it.
namespace handoff::conformance {
namespace {

class RingWithBaggage : public SharedRing<Park> {
 public:
  using SharedRing::SharedRing;

 private:
  Baggage baggage_;
};

const PipeRow& row_with(Carried carried) {
  Baggage::of_all = carried;
  return pipe_row<RingWithBaggage>();
}

constexpr Peers peers = Peers::processes;

TEST(APipe, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_pipes_leave_nothing(row_with(Carried::nothing), peers));
  expect_rejected(row_with(Carried::leaked_descriptor), ten_thousand_pipes_leave_nothing);
}

TEST(APipe, that_leaks_memory_is_rejected) {
  expect_rejected(row_with(Carried::leaked_memory), ten_thousand_pipes_leave_nothing);
}

TEST(APipe, that_others_can_open_is_rejected) {
  EXPECT_NO_THROW(nobody_else_can_open_it(row_with(Carried::name_until_dropped), peers));
  expect_rejected(row_with(Carried::file_for_others), nobody_else_can_open_it);
  expect_rejected(row_with(Carried::guessable_address), nobody_else_can_open_it);
}

TEST(APipe, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  const PipeRow& row = row_with(Carried::name_until_dropped);
  expect_rejected(row, a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(Baggage::kept_name.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
