#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "bench/repeat.hpp"
#include "bench/round_trips.hpp"
#include "bench/settlement.hpp"
#include "harness/clock.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/lock/contract.hpp"

/// What the workers of the lock family do, over any implementation.
namespace handoff::bench {

/// What a lock guards here: two counts that are equal whenever nobody is inside.
class GuardedCount {
 public:
  /// Stays inside for `hold_ns`.
  void enter(std::int64_t hold_ns) {
    if (begun_ != ended_) throw std::runtime_error("two workers held one lock");
    ++begun_;
    if (hold_ns > 0) {
      for (const std::int64_t end = harness::now_ns() + hold_ns; harness::now_ns() < end;) {
      }
    }
    ended_ = begun_;
  }
  std::uint64_t entered() const { return begun_; }

 private:
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
};

/// How long a worker stays inside, and whether it times its waits.
struct Contention {
  std::int64_t hold_ns = 0;
  bool timed = false;
};

/// All workers take the same lock, one after the other, for the length of the phase, in ns. A
/// single one has it for itself.
template <class L>
class LockContended {
 public:
  LockContended(LockShape shape, Contention how)
      : how_(how), settlement_(shape.workers), lock_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<decltype(lock_.handle(0))>(lock_.handle(seat.worker));
    seat.afterwards = [this, &seat] {
      settlement_.settle(seat.report, seat.report.operations, [&] { return count_.entered(); });
    };
    return [this, &seat, handle](std::uint64_t length_ns) {
      seat.report.operations = repeat_for(length_ns, [&](std::uint64_t) {
        if (how_.timed) {
          const std::int64_t asked = harness::now_ns();
          handle->lock();
          seat.recorder.record(harness::now_ns() - asked);
        } else {
          handle->lock();
        }
        count_.enter(how_.hold_ns);
        handle->unlock();
      });
    };
  }

 private:
  Contention how_;
  Settlement settlement_;
  alignas(isolation) L lock_;
  alignas(isolation) GuardedCount count_;
};

/// Three locks in a ring, round which two workers walk: each holds one, takes the next and lets go
/// of the one before, so that they take turns. A round trip is a step of both.
template <class L>
class LockPingPong {
 public:
  explicit LockPingPong(LockShape shape) : ring_{L(shape), L(shape), L(shape)} {}

  /// Worker 0 is a step ahead: it begins.
  harness::Body join(harness::Seat& seat) {
    auto walker = std::make_shared<Walker>(ring_, seat.worker);
    if (seat.worker == 0) {
      return [this, walker, trips = RoundTrips(seat)](std::uint64_t count) mutable {
        trips.run(count, [&](std::uint64_t) { walker->step(steps_); });
      };
    }
    return [this, walker](std::uint64_t count) {
      for (std::uint64_t n = 0; n < count; ++n) walker->step(steps_);
    };
  }

 private:
  using Handle = decltype(std::declval<L&>().handle(0));
  using Ring = std::array<L, 3>;

  /// Holds a lock from its first moment on, until it goes.
  class Walker {
   public:
    Walker(Ring& ring, unsigned worker)
        : handles_{ring[0].handle(worker), ring[1].handle(worker), ring[2].handle(worker)},
          at_(1 - worker),
          due_(worker) {
      handles_[at_].lock();
    }
    ~Walker() { handles_[at_].unlock(); }
    Walker(const Walker&) = delete;
    Walker& operator=(const Walker&) = delete;

    /// `steps`: of both, which the locks guard.
    void step(std::uint64_t& steps) {
      const unsigned next = at_ + 1 < handles_.size() ? at_ + 1 : 0;
      handles_[next].lock();
      if (steps != due_) throw std::runtime_error("a worker took a step out of turn");
      ++steps;
      due_ += 2;
      handles_[at_].unlock();
      at_ = next;
    }

   private:
    std::array<Handle, 3> handles_;
    unsigned at_;
    std::uint64_t due_;  ///< steps of both before its next one
  };

  Ring ring_;
  alignas(isolation) std::uint64_t steps_ = 0;
};

}  // namespace handoff::bench
