#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <new>
#include <thread>

#include "harness/region.hpp"
#include "impl/common/futex.hpp"

namespace handoff::harness {

inline std::int64_t processor_time_of_this_thread_ns() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{1'000'000'000} * used.tv_sec + used.tv_nsec;
}

inline void use_processor_for(std::chrono::nanoseconds time) {
  const std::int64_t end = processor_time_of_this_thread_ns() + time.count();
  while (processor_time_of_this_thread_ns() < end) {
  }
}

/// Uses its processor in rounds, and rests after each. Forked children share its progress.
class Spinner {
 public:
  static constexpr std::chrono::nanoseconds round = std::chrono::milliseconds(1);

  /// In a thread of its own. Never ends.
  void run() {
    for (;;) {
      use_processor_for(round);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      // Only now: what a thread that runs uses is not seen by others at once.
      progress_->used_ns = processor_time_of_this_thread_ns();
      ++progress_->rounds;
      futex_wake(progress_->rounds);
    }
  }

  /// Sleeps until so many more rounds have ended.
  void wait_for_rounds(std::uint32_t more) {
    const std::uint32_t before = progress_->rounds;
    for (std::uint32_t now = before; now - before < more; now = progress_->rounds) {
      futex_wait(progress_->rounds, now);
    }
  }

  /// The processor time of its thread, at the end of the latest round.
  std::int64_t used_ns() const { return progress_->used_ns; }

 private:
  struct Progress {
    std::atomic<std::uint32_t> rounds{0};
    std::atomic<std::int64_t> used_ns{0};
  };
  Region memory_ = Region::shared(sizeof(Progress));
  Progress* progress_ = new (memory_.data()) Progress;
};

}  // namespace handoff::harness
