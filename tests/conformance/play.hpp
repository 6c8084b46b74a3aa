#pragma once

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

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

/// A letter of proc(5); of one that is gone, that of the dead: X.
char state_of(pid_t process, pid_t thread);

/// Returns a moment after that thread has begun to sleep, or has spun or yielded for a while.
void let_wait(pid_t process, pid_t thread);

/// Workers that are about to wait, for one who has to come after. In memory that they share.
class Waiters {
 public:
  /// In each of them, right before it waits.
  void begin();
  /// In the other one: until so many have begun and do wait.
  void let_wait(unsigned count) const;

 private:
  struct Thread {
    pid_t process;
    pid_t number;
  };
  std::array<Thread, 8> threads_{};
  std::atomic<unsigned> come_{0};
  Steps begun_;
};

/// Long enough for what it costs to sleep to be seen.
inline constexpr auto a_sleep = std::chrono::milliseconds(200);

/// What a worker may use of its processor to sleep so long: far more than that takes, and less than
/// one that spins gets on a crowded machine.
inline constexpr auto cost_of_a_sleep = a_sleep / 20;
/// The same where the host may have taken the CPU away, which a virtual machine cannot tell.
inline constexpr auto cost_of_a_sleep_disturbed = a_sleep / 4;

std::chrono::nanoseconds processor_time_of_this_thread();

std::vector<std::size_t> numbers_in(std::string_view text);

/// Raises unless the calling thread gives up its processor in `wait`, which takes about `a_sleep`,
/// and uses next to nothing of it.
void require_sleep_in(const std::function<void()>& wait);

template <class Error>
void require_raises(const char* what, const std::function<void()>& use) {
  try {
    use();
  } catch (const Error&) {
    return;
  }
  throw std::runtime_error(std::string(what) + " did not raise");
}

/// Raises unless `use` raises an error that begins with the object's name and has these numbers in
/// it, each as a word.
template <class Error>
void require_names(std::string_view object, const std::vector<std::size_t>& numbers,
                   const std::function<void()>& use) {
  std::string message;
  try {
    use();
  } catch (const Error& error) {
    message = error.what();
  }
  require(!message.empty(), std::string(object) + " did not raise");
  require(message.starts_with(object), "it does not name " + std::string(object) + ": " + message);
  const std::vector<std::size_t> named = numbers_in(message.substr(object.size()));
  for (std::size_t number : numbers) {
    require(std::find(named.begin(), named.end(), number) != named.end(),
            "it does not name " + std::to_string(number) + ": " + message);
  }
}

}  // namespace handoff::conformance
