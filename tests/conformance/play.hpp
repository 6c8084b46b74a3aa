#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "tests/conformance/workers.hpp"

/// What happens in turn between several workers.
namespace handoff::conformance {

/// Where in a play of several workers they are. In memory that they share.
class Steps {
 public:
  void reach(unsigned step) { step_ = step; }
  /// For several workers, each of which makes it a step more.
  void count_in() { ++step_; }
  bool has_reached(unsigned step) const { return step_ >= step; }
  void wait_for(unsigned step) const {
    wait_until([&] { return has_reached(step); });
  }

  template <class Condition>
  static void wait_until(Condition condition) {
    while (!condition()) std::this_thread::sleep_for(std::chrono::microseconds(100));
  }

 private:
  std::atomic<unsigned> step_{0};
};

/// A worker whom others interrupt by signals. In memory that they share.
class Interruptible {
 public:
  /// In the worker itself: from now on a signal ends the call that it is in.
  void expect_interruptions();
  /// In another one: interrupts it a few times. Waits until it expects that.
  void interrupt() const;

 private:
  std::atomic<pid_t> process_{0};
  std::atomic<pid_t> thread_{0};
};

/// Long enough for a worker to have fallen asleep.
inline constexpr auto a_moment = std::chrono::milliseconds(20);

/// Long enough for what it costs to sleep to be seen.
inline constexpr auto a_sleep = std::chrono::milliseconds(200);

/// What a worker may use of its processor to sleep so long: far more than that takes, and less than
/// one that spins gets on a crowded machine.
inline constexpr auto cost_of_a_sleep = a_sleep / 20;

std::chrono::nanoseconds processor_time_of_this_thread();

template <class Error>
void require_raises(const char* what, const std::function<void()>& use) {
  try {
    use();
  } catch (const Error&) {
    return;
  }
  throw std::runtime_error(std::string(what) + " did not raise");
}

}  // namespace handoff::conformance
