#include "bench/repeat.hpp"

#include <gtest/gtest.h>

namespace handoff::bench {
namespace {

constexpr std::int64_t ms = 1'000'000;

TEST(Repeat, counts_its_calls_and_numbers_them) {
  std::uint64_t due = 0;
  bool in_turn = true;
  std::uint64_t done = repeat_for(5 * ms, [&](std::uint64_t n) { in_turn &= n == due++; });
  EXPECT_TRUE(in_turn);
  EXPECT_EQ(done, due);
  EXPECT_GT(done, 10'000U);
}

TEST(Repeat, goes_on_for_the_length_and_hardly_longer) {
  std::int64_t begin = harness::now_ns();
  repeat_for(20 * ms, [](std::uint64_t) {});
  std::int64_t took = harness::now_ns() - begin;
  EXPECT_GE(took, 20 * ms);
  EXPECT_LT(took, 200 * ms);  // a preempted batch
}

TEST(Repeat, looks_at_the_clock_more_often_once_calls_are_slow) {
  constexpr std::uint64_t quick = 1000;  // by then a batch is some 500 calls
  std::int64_t begin = harness::now_ns();
  repeat_for(1200 * ms, [&](std::uint64_t n) {
    if (n < quick) return;
    std::int64_t until = harness::now_ns() + ms;
    while (harness::now_ns() < until) {
    }
  });
  EXPECT_LT(harness::now_ns() - begin, 1400 * ms);
}

}  // namespace
}  // namespace handoff::bench
