#pragma once

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/conformance/pool_row.hpp"
#include "tests/conformance/slowness.hpp"
#include "tests/conformance/workers.hpp"

/// What the pools' conformance suite has them run.
namespace handoff::conformance {

/// How often each task has been run; shared with forked workers, and set before there are any.
struct Marks {
  std::array<std::atomic<std::uint32_t>, 1'000'000> runs{};
  std::atomic<pid_t> runner{0};         ///< of the task that holds its worker
  std::atomic<bool> let_go{false};      ///< what waits until it is let go
  std::atomic<AnyPool*> pool{nullptr};  ///< that runs the task; forked workers have it there too
};
inline Marks* marks = nullptr;

/// Makes the marks of one check.
class WithMarks {
 public:
  WithMarks() { marks = &*memory_; }

 private:
  InSharedMemory<Marks> memory_;
};

/// Whether it comes true before the time is up, which no right pool needs.
template <class Condition>
bool comes_true(Condition condition) {
  const Deadline end = after(std::chrono::seconds(10));
  while (!condition()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return true;
}

inline std::uint64_t triple(const std::uint64_t& number) { return 3 * number + 1; }

inline std::uint32_t identity(const std::uint32_t& task) { return task; }

inline std::uint32_t mark_run(const std::uint32_t& task) {
  marks->runs[task].fetch_add(1);
  return task + 1;
}

inline std::uint32_t fail_if_odd(const std::uint32_t& task) {
  if (task % 2 == 1) throw std::runtime_error("task " + std::to_string(task) + " is odd");
  return mark_run(task);
}

inline std::uint32_t fail_strangely(const std::uint32_t& task) {
  if (task != 0) throw 42;
  return task;
}

/// The first of each thread waits until three threads have one.
inline pid_t report_thread_of_three(const std::uint32_t&) {
  thread_local bool is_counted = false;
  if (!is_counted) {
    is_counted = true;
    ++marks->runs[0];
    (void)comes_true([] { return marks->runs[0] >= 3; });
  }
  return gettid();
}

/// Long enough that every worker gets some of them.
inline pid_t report_thread(const std::uint32_t&) {
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return gettid();
}

inline pid_t report_thread_soon(const std::uint32_t&) {
  std::this_thread::sleep_for(std::chrono::microseconds(100));
  return gettid();
}

inline std::uint32_t sleep_and_mark(const std::uint32_t& task) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return mark_run(task);
}

inline std::uint32_t wait_to_be_let_go(const std::uint32_t& task) {
  (void)comes_true([] { return marks->let_go.load(); });
  return task + 1;
}

inline std::uint32_t sleep_if_0(const std::uint32_t& task) {
  if (task == 0) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  return task;
}

inline std::uint32_t wait_if_0(const std::uint32_t& task) {
  if (task == 0) wait_to_be_let_go(task);
  return task;
}

inline std::uint64_t add_up(std::uint32_t a, std::uint64_t b, std::uint8_t c) {
  return 10'000 * a + 100 * b + c;
}

/// Does not end by itself.
inline std::uint32_t hold_worker(const std::uint32_t& task) {
  marks->runner = gettid();
  std::this_thread::sleep_for(std::chrono::hours(1));
  return task;
}

/// A message whose bytes depend on a seed.
template <std::size_t bytes>
struct Blob {
  std::byte data[bytes];

  static std::byte at(std::size_t seed, std::size_t i) {
    return static_cast<std::byte>((seed + i) * 0x9e3779b97f4a7c15u >> 56);
  }
  void fill(std::size_t seed) {
    for (std::size_t i = 0; i < bytes; ++i) data[i] = at(seed, i);
  }
  bool holds(std::size_t seed) const {
    for (std::size_t i = 0; i < bytes; ++i) {
      if (data[i] != at(seed, i)) return false;
    }
    return true;
  }
};

/// Gives back what it got, each byte flipped.
template <std::size_t bytes>
Blob<bytes> flip(const Blob<bytes>& from) {
  Blob<bytes> to;
  for (std::size_t i = 0; i < bytes; ++i) to.data[i] = ~from.data[i];
  return to;
}

}  // namespace handoff::conformance
