#pragma once

#include <sched.h>

#include <concepts>
#include <cstdint>

#include "atomic.hpp"
#include "cpu.hpp"
#include "futex.hpp"
#include "info.hpp"
#include "status.hpp"

/// Waiting policies: what one side of a ring does until the other side has made progress.
///
/// A policy lives in shared memory beside the ring. `wait(ready, deadline)` returns true as soon
/// as `ready()` is true, and false once the deadline has passed. The other side calls `notify()`
/// after it has published its progress by a store of order `publish`, which wakes one waiter, or
/// `notify_all()`; `ready` must load what was published with order `observe`.
namespace handoff {

template <class Policy>
concept WaitingPolicy = requires(Policy policy, bool (*ready)()) {
  { Policy::name } -> std::convertible_to<std::string_view>;
  { Policy::waiting } -> std::convertible_to<Waiting>;
  { Policy::publish } -> std::convertible_to<std::memory_order>;
  { Policy::observe } -> std::convertible_to<std::memory_order>;
  { policy.wait(ready, never) } -> std::same_as<bool>;
  policy.notify();
  policy.notify_all();
};

namespace detail {

/// A spinning waiter looks at the clock once in this many turns, so that the clock's cost does
/// not delay its reaction.
inline constexpr unsigned turns_per_clock_read = 64;

/// Turns of cpu_relax before a waiter gives the CPU up: about 10 µs, a fifth of what going to
/// sleep and being woken costs across CPUs.
inline constexpr unsigned turns_before_giving_up = 512;

inline bool passed(Deadline deadline) {
  return deadline == at_once || (deadline != never && Clock::now() >= deadline);
}

}  // namespace detail

/// Never gives up the CPU.
class Spin {
 public:
  static constexpr std::string_view name = "spin";
  static constexpr Waiting waiting = Waiting::spins;
  static constexpr auto publish = std::memory_order_release;  // the payload before the index
  static constexpr auto observe = std::memory_order_acquire;  // the index before the payload

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    for (unsigned turn = 0;; ++turn) {
      if (ready()) return true;
      if (turn % detail::turns_per_clock_read == 0 && detail::passed(deadline)) return false;
      cpu_relax();
    }
  }
  void notify() {}
  void notify_all() {}
};

/// Spins for a while, then lets others run between looks.
class SpinThenYield {
 public:
  static constexpr std::string_view name = "yield";
  static constexpr Waiting waiting = Waiting::spins_then_yields;
  static constexpr auto publish = std::memory_order_release;
  static constexpr auto observe = std::memory_order_acquire;

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    for (unsigned turn = 0; turn < detail::turns_before_giving_up; ++turn) {
      if (ready()) return true;
      if (turn % detail::turns_per_clock_read == 0 && detail::passed(deadline)) return false;
      cpu_relax();
    }
    while (!ready()) {
      if (detail::passed(deadline)) return false;
      sched_yield();
    }
    return true;
  }
  void notify() {}
  void notify_all() {}
};

/// Sleeps on a futex at once. A signal costs no system call when nobody sleeps.
///
/// A waiter counts itself in and then looks again; a notifier publishes and then looks at the
/// count. Sequentially consistent order on these four accesses lets at least one of the two see
/// the other (Dekker's argument), so that no wake-up is lost.
class Park {
 public:
  static constexpr std::string_view name = "park";
  static constexpr Waiting waiting = Waiting::blocks;
  static constexpr auto publish = std::memory_order_seq_cst;
  static constexpr auto observe = std::memory_order_seq_cst;

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    if (ready()) return true;
    if (detail::passed(deadline)) return false;
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    bool is_ready = false;
    for (;;) {
      // acquire: the turn is read before the condition is looked at again.
      std::uint32_t turn = turn_.load(std::memory_order_acquire);
      is_ready = ready();
      if (is_ready || detail::passed(deadline)) break;
      futex_wait(turn_, turn, deadline);
    }
    sleepers_.fetch_sub(1, std::memory_order_relaxed);  // too high a count costs one system call
    return is_ready;
  }

  void notify() { wake(1); }
  void notify_all() { wake(INT_MAX); }

 private:
  void wake(int waiters) {
    if (sleepers_.load(std::memory_order_seq_cst) == 0) return;
    turn_.fetch_add(1, std::memory_order_release);
    futex_wake(turn_, waiters);
  }

  Atomic<std::uint32_t> turn_{0};
  Atomic<std::uint32_t> sleepers_{0};
};

/// Spins for a while, then sleeps on a futex.
class SpinThenPark {
 public:
  static constexpr std::string_view name = "spin_park";
  static constexpr Waiting waiting = Waiting::spins_then_blocks;
  static constexpr auto publish = Park::publish;
  static constexpr auto observe = Park::observe;

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    for (unsigned turn = 0; turn < detail::turns_before_giving_up; ++turn) {
      if (ready()) return true;
      if (turn % detail::turns_per_clock_read == 0 && detail::passed(deadline)) return false;
      cpu_relax();
    }
    return park_.wait(ready, deadline);
  }
  void notify() { park_.notify(); }
  void notify_all() { park_.notify_all(); }

 private:
  Park park_;
};

/// One worker's part in a pair of policies: it waits on the one, and notifies the other's waiters.
/// Policies that watch for deaths, or need what only the worker holds, have a form of their own.
template <class Wait>
class Part {
 public:
  static constexpr Survivor on_peer_death = Survivor::hangs;

  Part(Wait& waits_on, Wait& notifies) : waits_on_(&waits_on), notifies_(&notifies) {}

  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    return waits_on_->wait(ready, deadline);
  }
  void notify() { notifies_->notify(); }

 private:
  Wait* waits_on_;
  Wait* notifies_;
};

static_assert(WaitingPolicy<Spin> && WaitingPolicy<SpinThenYield> && WaitingPolicy<Park> &&
              WaitingPolicy<SpinThenPark>);

}  // namespace handoff
