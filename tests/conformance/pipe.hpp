#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "tests/conformance/pipe_checks.hpp"
#include "tests/conformance/pipe_life_checks.hpp"

/// The suite of the pipe family: every check over every row, for threads and for processes.
namespace handoff::conformance {

template <class Row, Peers kind>
struct PipeSubject {
  using type = typename Row::type;
  static constexpr Peers peers = kind;
};

struct SubjectName {
  template <class Subject>
  static std::string GetName(int) {
    return std::string(to_string(Subject::peers));
  }
};

template <class Subject>
class PipeConformance : public testing::Test {
 public:
  using P = typename Subject::type;
  static constexpr Peers peers = Subject::peers;

 protected:
  void SetUp() override {
    if (!reaches(P::info, peers)) GTEST_SKIP() << "works for " << to_string(P::info.reach);
    std::string reason = P::info.unavailable();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
};

TYPED_TEST_SUITE_P(PipeConformance);

TYPED_TEST_P(PipeConformance, keeps_message_boundaries_the_empty_message_included) {
  conformance::keeps_message_boundaries_the_empty_message_included<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, carries_messages_from_nothing_to_16_mebibytes) {
  conformance::carries_messages_from_nothing_to_16_mebibytes<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, keeps_the_order_of_many_messages) {
  conformance::keeps_the_order_of_many_messages<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, carries_messages_in_both_directions) {
  conformance::carries_messages_in_both_directions<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, short_buffer_names_the_needed_size_and_loses_nothing) {
  conformance::short_buffer_names_the_needed_size_and_loses_nothing<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, messages_up_to_the_stated_limit_pass_and_longer_ones_raise) {
  if (TestFixture::P::info.largest_message() == unlimited) GTEST_SKIP() << "states no limit";
  conformance::messages_up_to_the_stated_limit_pass_and_longer_ones_raise<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, a_message_may_be_overwritten_once_it_is_sent) {
  conformance::a_message_may_be_overwritten_once_it_is_sent<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, one_way_ends_refuse_the_wrong_direction) {
  conformance::one_way_ends_refuse_the_wrong_direction<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, a_hundred_pipes_live_side_by_side) {
  conformance::a_hundred_pipes_live_side_by_side<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, end_of_file_comes_after_the_queued_messages_and_not_before) {
  conformance::end_of_file_comes_after_the_queued_messages_and_not_before<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, queued_messages_outlive_a_writer_that_leaves_messages_unread) {
  conformance::queued_messages_outlive_a_writer_that_leaves_messages_unread<
      typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, queued_messages_outlive_a_send_that_is_refused) {
  conformance::queued_messages_outlive_a_send_that_is_refused<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, sending_to_a_reader_that_has_gone_says_so_without_a_signal) {
  conformance::sending_to_a_reader_that_has_gone_says_so_without_a_signal<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, poll_waits_not_at_all_for_a_time_and_for_ever) {
  conformance::poll_waits_not_at_all_for_a_time_and_for_ever<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, transfers_go_on_after_interrupted_system_calls) {
  conformance::transfers_go_on_after_interrupted_system_calls<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, descriptors_above_1024_work) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t needed = 1200;
  if (limit.rlim_cur < needed) GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors allowed";
  conformance::descriptors_above_1024_work<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, a_writer_killed_in_mid_message_is_told_within_a_second) {
  if (this->peers == Peers::threads) GTEST_SKIP() << "threads die together";
  if (TestFixture::P::info.on_peer_death == Survivor::hangs) GTEST_SKIP() << "says that it hangs";
  conformance::a_writer_killed_in_mid_message_is_told_within_a_second<typename TestFixture::P>(
      this->peers);
}

TYPED_TEST_P(PipeConformance, building_and_dropping_leaks_nothing) {
  conformance::building_and_dropping_leaks_nothing<typename TestFixture::P>(this->peers);
}

TYPED_TEST_P(PipeConformance, works_through_two_mappings_at_different_addresses) {
  if (!reaches(TestFixture::P::info, Peers::processes)) GTEST_SKIP() << "for threads only";
  if (typename TestFixture::P(PipeShape{}).end(0).descriptor() != -1)
    GTEST_SKIP() << "has descriptors";
  conformance::works_through_two_mappings_at_different_addresses<typename TestFixture::P>(
      this->peers);
}

REGISTER_TYPED_TEST_SUITE_P(
    PipeConformance, keeps_message_boundaries_the_empty_message_included,
    carries_messages_from_nothing_to_16_mebibytes, keeps_the_order_of_many_messages,
    carries_messages_in_both_directions, short_buffer_names_the_needed_size_and_loses_nothing,
    messages_up_to_the_stated_limit_pass_and_longer_ones_raise,
    a_message_may_be_overwritten_once_it_is_sent, one_way_ends_refuse_the_wrong_direction,
    a_hundred_pipes_live_side_by_side, end_of_file_comes_after_the_queued_messages_and_not_before,
    queued_messages_outlive_a_writer_that_leaves_messages_unread,
    queued_messages_outlive_a_send_that_is_refused,
    sending_to_a_reader_that_has_gone_says_so_without_a_signal,
    poll_waits_not_at_all_for_a_time_and_for_ever, transfers_go_on_after_interrupted_system_calls,
    descriptors_above_1024_work, a_writer_killed_in_mid_message_is_told_within_a_second,
    building_and_dropping_leaks_nothing, works_through_two_mappings_at_different_addresses);

#define INSTANTIATE_pipe_CONFORMANCE(name, Row)                                             \
  using name##Subjects =                                                                    \
      testing::Types<PipeSubject<Row, Peers::threads>, PipeSubject<Row, Peers::processes>>; \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, PipeConformance, name##Subjects, SubjectName)

}  // namespace handoff::conformance
