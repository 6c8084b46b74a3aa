#pragma once

#include <gtest/gtest.h>

#include "tests/conformance/queue_checks.hpp"
#include "tests/conformance/queue_death_checks.hpp"
#include "tests/conformance/queue_life_checks.hpp"

/// The suite of the queue family: every check over every row, for threads and for processes.
namespace handoff::conformance {

template <class TheRow, Peers kind>
struct QueueSubject {
  using Row = TheRow;
  static constexpr Peers peers = kind;
};

struct QueueSubjectName {
  template <class Subject>
  static std::string GetName(int) {
    return std::string(to_string(Subject::peers));
  }
};

/// Whether all of a queue lies within the object: those of the kernel and of Boost.Interprocess
/// hold a descriptor or a mapping of their own.
template <class Q>
inline constexpr bool self_contained =
    Q::info.reach != Reach::threads&& Q::info.name != "posix_message_queue" &&
    Q::info.name != "boost_message_queue" && Q::info.name != "unix_datagram_queue" &&
    Q::info.name != "unix_seqpacket_queue" && Q::info.name != "locked_pipe" &&
    Q::info.name != "sysv_message_queue";

template <class Subject>
class QueueConformance : public testing::Test {
 public:
  using Row = typename Subject::Row;
  using Q = QueueOf<Row>;
  static constexpr Peers peers = Subject::peers;

 protected:
  void SetUp() override {
    if (!reaches(Q::info, peers)) GTEST_SKIP() << "works for " << to_string(Q::info.reach);
    std::string reason = Q::info.unavailable();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
};

TYPED_TEST_SUITE_P(QueueConformance);

TYPED_TEST_P(QueueConformance, items_of_one_producer_arrive_once_and_in_order) {
  conformance::items_of_one_producer_arrive_once_and_in_order<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(QueueConformance, large_items_arrive_whole) {
  conformance::large_items_arrive_whole<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, many_producers_and_consumers_lose_and_double_nothing) {
  using Q = typename TestFixture::Q;
  if (Q::info.producers == Holders::one || Q::info.consumers == Holders::one) {
    GTEST_SKIP() << "has one producer and one consumer";
  }
  conformance::many_producers_and_consumers_lose_and_double_nothing<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(QueueConformance, is_full_and_empty_at_its_capacity) {
  conformance::is_full_and_empty_at_its_capacity<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, is_not_empty_right_after_a_put) {
  conformance::is_not_empty_right_after_a_put<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, timed_forms_wait_their_time_and_no_others_do) {
  conformance::timed_forms_wait_their_time_and_no_others_do<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, after_close_puts_are_refused_and_gets_drain) {
  conformance::after_close_puts_are_refused_and_gets_drain<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, close_wakes_whoever_waits) {
  using Q = typename TestFixture::Q;
  if (!Q::info.wakes_on_close) GTEST_SKIP() << "states that it does not";
  conformance::close_wakes_whoever_waits<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, closing_with_undelivered_items_does_not_hang) {
  conformance::closing_with_undelivered_items_does_not_hang<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, what_is_over_a_limit_raises) {
  conformance::what_is_over_a_limit_raises<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, a_waiter_costs_next_to_no_processor_time) {
  using Q = typename TestFixture::Q;
  if (Q::info.waiting != Waiting::blocks && Q::info.waiting != Waiting::spins_then_blocks) {
    GTEST_SKIP() << "states that it " << to_string(Q::info.waiting);
  }
  conformance::a_waiter_costs_next_to_no_processor_time<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, hands_over_without_a_futex_call_while_nobody_sleeps) {
  using Q = typename TestFixture::Q;
  if (Q::info.policy.empty()) GTEST_SKIP() << "waits by other means than ours";
  conformance::hands_over_without_a_futex_call_while_nobody_sleeps<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(QueueConformance, a_consumer_killed_while_idle_loses_only_what_it_took) {
  using Q = typename TestFixture::Q;
  if (this->peers == Peers::threads || Q::info.consumers == Holders::one) {
    GTEST_SKIP() << "needs a second consumer in another process";
  }
  conformance::a_consumer_killed_while_idle_loses_only_what_it_took<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(QueueConformance, a_worker_killed_anywhere_blocks_no_other) {
  using Q = typename TestFixture::Q;
  if (!Q::info.survives_killed_worker) GTEST_SKIP() << "states that it may";
  if (this->peers == Peers::threads) GTEST_SKIP() << "needs processes";
  conformance::a_worker_killed_anywhere_blocks_no_other<typename TestFixture::Row>();
}

TYPED_TEST_P(QueueConformance, building_and_dropping_leaks_nothing) {
  conformance::building_and_dropping_leaks_nothing<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(QueueConformance, works_through_two_mappings_at_different_addresses) {
  using Q = typename TestFixture::Q;
  if (!self_contained<Q>) GTEST_SKIP() << "lies elsewhere too";
  conformance::works_through_two_mappings_at_different_addresses<typename TestFixture::Row>(
      this->peers);
}

REGISTER_TYPED_TEST_SUITE_P(
    QueueConformance, items_of_one_producer_arrive_once_and_in_order, large_items_arrive_whole,
    many_producers_and_consumers_lose_and_double_nothing, is_full_and_empty_at_its_capacity,
    is_not_empty_right_after_a_put, timed_forms_wait_their_time_and_no_others_do,
    after_close_puts_are_refused_and_gets_drain, close_wakes_whoever_waits,
    closing_with_undelivered_items_does_not_hang, what_is_over_a_limit_raises,
    a_waiter_costs_next_to_no_processor_time, hands_over_without_a_futex_call_while_nobody_sleeps,
    a_consumer_killed_while_idle_loses_only_what_it_took, a_worker_killed_anywhere_blocks_no_other,
    building_and_dropping_leaks_nothing, works_through_two_mappings_at_different_addresses);

#define INSTANTIATE_queue_CONFORMANCE(name, Row)                                              \
  using name##Subjects =                                                                      \
      testing::Types<QueueSubject<Row, Peers::threads>, QueueSubject<Row, Peers::processes>>; \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, QueueConformance, name##Subjects, QueueSubjectName)

}  // namespace handoff::conformance
