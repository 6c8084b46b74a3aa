#pragma once

#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>

/// Atomic variables every access of which may be delayed, before and after: for a moment, until
/// others have run, or for longer than it takes to fall asleep. With them the conformance suites
/// see the own algorithms in schedules that hardly ever come by themselves.
namespace handoff {
namespace interleavings {

/// Chance comes from the clock too, so that processes forked by one thread differ.
inline void maybe_delay() {
  using Clock = std::chrono::steady_clock;
  thread_local std::minstd_rand random{std::random_device{}()};
  auto now = static_cast<std::uint32_t>(Clock::now().time_since_epoch().count());
  constexpr std::uint32_t one_in = 1024;
  std::uint32_t lot = (static_cast<std::uint32_t>(random()) ^ now) % one_in;
  if (lot == 0) {
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  } else if (lot < 16) {
    sched_yield();
  } else if (lot < 128) {
    auto end = Clock::now() + std::chrono::nanoseconds(10 * lot);
    while (Clock::now() < end) {
    }
  }
}

struct Delays {
  Delays() { maybe_delay(); }
  ~Delays() { maybe_delay(); }
  Delays(const Delays&) = delete;
  Delays& operator=(const Delays&) = delete;
};

}  // namespace interleavings

/// Is a std::atomic<T>, so that the kernel's calls take it too.
template <class T>
class Atomic : public std::atomic<T> {
  using Base = std::atomic<T>;

 public:
  using Base::Base;

  T load(std::memory_order order) const {
    interleavings::Delays delays;
    return Base::load(order);
  }
  void store(T value, std::memory_order order) {
    interleavings::Delays delays;
    Base::store(value, order);
  }
  T exchange(T value, std::memory_order order) {
    interleavings::Delays delays;
    return Base::exchange(value, order);
  }
  T fetch_add(T value, std::memory_order order) {
    interleavings::Delays delays;
    return Base::fetch_add(value, order);
  }
  T fetch_sub(T value, std::memory_order order) {
    interleavings::Delays delays;
    return Base::fetch_sub(value, order);
  }
  template <class... Orders>
  bool compare_exchange_weak(T& expected, T value, Orders... orders) {
    interleavings::Delays delays;
    return Base::compare_exchange_weak(expected, value, orders...);
  }
  template <class... Orders>
  bool compare_exchange_strong(T& expected, T value, Orders... orders) {
    interleavings::Delays delays;
    return Base::compare_exchange_strong(expected, value, orders...);
  }
};

}  // namespace handoff
