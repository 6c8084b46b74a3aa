#include "bench/repeat.hpp"

#include <gtest/gtest.h>

namespace handoff::bench {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// Counts the calls that begin when the length has passed since the first one: a stall makes none.
class LateCalls {
 public:
  explicit LateCalls(std::int64_t length_ns) : length_ns_(length_ns) {}
  void look() {
    const std::int64_t now = harness::now_ns();
    if (end_ == 0) end_ = now + length_ns_;
    if (now > end_) ++late_;
  }
  int count() const { return late_; }

 private:
  std::int64_t length_ns_;
  std::int64_t end_ = 0;
  int late_ = 0;
};

TEST(Repeat, counts_its_calls_and_numbers_them) {
  std::uint64_t due = 0;
  bool in_turn = true;
  std::uint64_t done = repeat_for(5 * ms, [&](std::uint64_t n) { in_turn &= n == due++; });
  EXPECT_TRUE(in_turn);
  EXPECT_EQ(done, due);
  EXPECT_GT(done, 0U);
}

TEST(Repeat, goes_on_for_the_length_and_hardly_longer) {
  std::int64_t begin = harness::now_ns();
  LateCalls late(20 * ms);
  repeat_for(20 * ms, [&](std::uint64_t) { late.look(); });
  EXPECT_GE(harness::now_ns() - begin, 20 * ms);
  EXPECT_LT(late.count(), 10'000);  // a batch is some hundreds
}

TEST(Repeat, looks_at_the_clock_more_often_once_calls_are_slow) {
  constexpr std::uint64_t quick = 1000;  // by then a batch is some 500 calls
  LateCalls late(1200 * ms);
  repeat_for(1200 * ms, [&](std::uint64_t n) {
    if (n > 0 && n < quick) return;
    late.look();
    std::int64_t until = harness::now_ns() + ms;
    while (harness::now_ns() < until) {
    }
  });
  EXPECT_LE(late.count(), 128);  // a quarter of that batch, if it stalls until the end
}

}  // namespace
}  // namespace handoff::bench
