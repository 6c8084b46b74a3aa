#pragma once

#include <gtest/gtest.h>

#include "tests/conformance/value_life_checks.hpp"

/// The suite of the value family: every check over every row, for threads and for processes.
namespace handoff::conformance {

template <class R, Peers kind>
struct ValueSubject {
  using Row = R;
  static constexpr Peers peers = kind;
};

struct ValueSubjectName {
  template <class Subject>
  static std::string GetName(int) {
    return std::string(to_string(Subject::peers));
  }
};

/// Whether all of a value lies in its own memory: not behind a pointer or a descriptor.
template <class V>
constexpr bool self_contained = sizeof(V) >= sizeof(typename V::value_type) * length;

template <class Subject>
class ValueConformance : public testing::Test {
 public:
  using Row = typename Subject::Row;
  using V = Numbers<Row>;
  static constexpr Peers peers = Subject::peers;

 protected:
  void SetUp() override {
    if (!reaches(V::info, peers)) GTEST_SKIP() << "works for " << to_string(V::info.reach);
    std::string reason = V::info.unavailable();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }
};

TYPED_TEST_SUITE_P(ValueConformance);

TYPED_TEST_P(ValueConformance, starts_filled_with_zeros_also_in_used_memory) {
  conformance::starts_filled_with_zeros_also_in_used_memory<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, writes_are_visible_to_the_other_workers_afterwards) {
  conformance::writes_are_visible_to_the_other_workers_afterwards<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(ValueConformance, eight_workers_lose_no_addition) {
  conformance::eight_workers_lose_no_addition<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, reading_and_then_writing_loses_updates) {
  conformance::reading_and_then_writing_loses_updates<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, wide_values_are_never_torn) {
  if (!holds_wide<typename TestFixture::Row>) GTEST_SKIP() << "does not take wide types";
  conformance::wide_values_are_never_torn<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, slices_of_locked_values_are_never_torn) {
  if (!TestFixture::V::locked) GTEST_SKIP() << "has no lock";
  conformance::slices_of_locked_values_are_never_torn<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, slices_reach_the_elements_that_they_name) {
  conformance::slices_reach_the_elements_that_they_name<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, elements_and_slices_out_of_range_raise) {
  conformance::elements_and_slices_out_of_range_raise<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, an_update_that_throws_changes_nothing_and_lets_go) {
  conformance::an_update_that_throws_changes_nothing_and_lets_go<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(ValueConformance, elements_are_aligned_as_their_type_asks) {
  if (!holds_wide<typename TestFixture::Row>) GTEST_SKIP() << "does not take wide types";
  conformance::elements_are_aligned_as_their_type_asks<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, values_side_by_side_never_overlap) {
  conformance::values_side_by_side_never_overlap<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, building_and_dropping_leaks_nothing) {
  conformance::building_and_dropping_leaks_nothing<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, works_through_two_mappings_at_different_addresses) {
  if (!self_contained<typename TestFixture::V>) GTEST_SKIP() << "lies elsewhere";
  conformance::works_through_two_mappings_at_different_addresses<typename TestFixture::Row>(
      this->peers);
}

TYPED_TEST_P(ValueConformance, a_survivor_sees_what_is_claimed) {
  if (this->peers == Peers::threads) GTEST_SKIP() << "threads die together";
  conformance::a_survivor_sees_what_is_claimed<typename TestFixture::Row>(this->peers);
}

TYPED_TEST_P(ValueConformance, a_killed_user_leaves_no_name) {
  conformance::a_killed_user_leaves_no_name<typename TestFixture::Row>(this->peers);
}

REGISTER_TYPED_TEST_SUITE_P(ValueConformance, starts_filled_with_zeros_also_in_used_memory,
                            writes_are_visible_to_the_other_workers_afterwards,
                            eight_workers_lose_no_addition, reading_and_then_writing_loses_updates,
                            wide_values_are_never_torn, slices_of_locked_values_are_never_torn,
                            slices_reach_the_elements_that_they_name,
                            elements_and_slices_out_of_range_raise,
                            an_update_that_throws_changes_nothing_and_lets_go,
                            elements_are_aligned_as_their_type_asks,
                            a_survivor_sees_what_is_claimed, a_killed_user_leaves_no_name,
                            values_side_by_side_never_overlap, building_and_dropping_leaks_nothing,
                            works_through_two_mappings_at_different_addresses);

#define INSTANTIATE_value_CONFORMANCE(name, Row)                                              \
  using name##Subjects =                                                                      \
      testing::Types<ValueSubject<Row, Peers::threads>, ValueSubject<Row, Peers::processes>>; \
  INSTANTIATE_TYPED_TEST_SUITE_P(name, ValueConformance, name##Subjects, ValueSubjectName)

}  // namespace handoff::conformance
