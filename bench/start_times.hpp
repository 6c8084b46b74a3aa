#pragma once

#include <cstdint>
#include <ctime>
#include <stdexcept>
#include <string>

#include "harness/clock.hpp"
#include "harness/crew.hpp"

namespace handoff::bench {

/// Times from submission to the start of a task on workers that are idle. Each is a sample; the
/// clock's own cost is taken off. What a task takes apart from that, and the rest before it, are
/// not in the mean.
class StartTimes {
 public:
  explicit StartTimes(harness::Seat& seat) : seat_(&seat) {}

  /// Calls `start(n)` for n in [0, count): it submits a task, waits for it, and returns when it
  /// started, by harness::now_ns().
  template <class Start>
  void run(std::uint64_t count, Start start) {
    double sum_ns = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      rest();
      const std::int64_t submitted = harness::now_ns();
      const std::int64_t started = start(n);
      sum_ns += sample(submitted, started, harness::now_ns());
    }
    seat_->report.mean_ns = sum_ns / static_cast<double>(count);
  }

 private:
  /// Until the workers sleep: those who spin first do so for some 10 µs.
  static void rest() {
    constexpr timespec until_they_sleep{.tv_sec = 0, .tv_nsec = 200'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &until_they_sleep, nullptr);
  }

  double sample(std::int64_t submitted, std::int64_t started, std::int64_t returned) {
    if (started < submitted || started > returned) {
      throw std::runtime_error("a task submitted at " + std::to_string(submitted) +
                               " ns and done at " + std::to_string(returned) +
                               " ns says that it started at " + std::to_string(started) + " ns");
    }
    const double took_ns =
        static_cast<double>(started - submitted) - harness::clock_facts().cost_ns;
    seat_->recorder.record(static_cast<std::int64_t>(took_ns));
    return took_ns;
  }

  harness::Seat* seat_;
};

}  // namespace handoff::bench
