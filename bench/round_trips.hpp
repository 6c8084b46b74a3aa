#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/clock.hpp"
#include "harness/crew.hpp"

namespace handoff::bench {

/// Times round trips. Where one is so short that reading the clock would show, blocks without
/// clock readings, which give the mean, alternate with blocks in which each round trip is a
/// sample; else each is a sample. The clock's own cost is taken off each sample.
class RoundTrips {
 public:
  explicit RoundTrips(harness::Seat& seat) : seat_(&seat) {}

  /// Calls `trip(n)` for n in [0, count).
  template <class Trip>
  void run(std::uint64_t count, Trip trip) {
    if (mean_ns_ > sampled_always_from * harness::clock_facts().cost_ns) {
      mean_ns_ = sample(0, count, trip) / static_cast<double>(count);
    } else {
      alternate(count, trip);
    }
    seat_->report.mean_ns = mean_ns_;
  }

 private:
  /// Clock readings: two of them are then a thousandth of the round trip.
  static constexpr double sampled_always_from = 2000;
  static constexpr std::uint64_t largest_block = 256;
  static constexpr std::uint64_t blocks = 16;  ///< at least, half of them sampled

  template <class Trip>
  double sample(std::uint64_t from, std::uint64_t to, Trip& trip) {
    const double clock_ns = harness::clock_facts().cost_ns;
    std::int64_t begin = harness::now_ns();
    std::int64_t end = begin;
    for (std::uint64_t n = from; n < to; ++n) {
      std::int64_t sent = harness::now_ns();
      trip(n);
      end = harness::now_ns();
      seat_->recorder.record(static_cast<std::int64_t>(static_cast<double>(end - sent) - clock_ns));
    }
    return static_cast<double>(end - begin);
  }

  template <class Trip>
  void alternate(std::uint64_t count, Trip& trip) {
    const std::uint64_t block = std::clamp<std::uint64_t>(count / blocks, 1, largest_block);
    double bare_ns = 0;
    std::uint64_t bare = 0;
    for (std::uint64_t n = 0; n < count;) {
      std::uint64_t bare_end = std::min(n + block, count);
      std::int64_t begin = harness::now_ns();
      bare += bare_end - n;
      for (; n < bare_end; ++n) trip(n);
      bare_ns += static_cast<double>(harness::now_ns() - begin);
      std::uint64_t sampled_end = std::min(n + block, count);
      sample(n, sampled_end, trip);
      n = sampled_end;
    }
    mean_ns_ = bare_ns / static_cast<double>(bare);
  }

  harness::Seat* seat_;
  double mean_ns_ = 0;  // of the phase before
};

}  // namespace handoff::bench
