#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "bench/repeat.hpp"
#include "bench/round_trips.hpp"
#include "harness/clock.hpp"
#include "harness/crew.hpp"
#include "impl/common/cpu.hpp"
#include "impl/semaphore/contract.hpp"

/// What the workers of the semaphore family do, over any implementation.
namespace handoff::bench {

/// Two semaphores: each worker gives a permit of the one and waits for one of the other.
template <class S>
class SemaphorePingPong {
 public:
  explicit SemaphorePingPong(SemaphoreShape shape) : there_(shape), back_(shape) {
    // Nothing is free at first; a bounded one still has room for what is given then.
    there_.handle(0).acquire();
    back_.handle(0).acquire();
  }

  harness::Body join(harness::Seat& seat) {
    auto out = std::make_shared<Handle>(seat.worker == 0 ? there_.handle(0) : back_.handle(1));
    auto in = std::make_shared<Handle>(seat.worker == 0 ? back_.handle(0) : there_.handle(1));
    if (seat.worker == 0) {
      return [this, out, in, trips = RoundTrips(seat),
              due = std::uint64_t{0}](std::uint64_t count) mutable {
        trips.run(count, [&](std::uint64_t) {
          take_turn(due);
          out->release();
          in->acquire();
          due += 2;
        });
      };
    }
    return [this, out, in, due = std::uint64_t{1}](std::uint64_t count) mutable {
      for (std::uint64_t n = 0; n < count; ++n, due += 2) {
        in->acquire();
        take_turn(due);
        out->release();
      }
    };
  }

 private:
  using Handle = decltype(std::declval<S&>().handle(0));

  /// `due`: turns of both workers before it, which the semaphores order.
  void take_turn(std::uint64_t due) {
    if (turns_ != due) throw std::runtime_error("a worker went on out of turn");
    ++turns_;
  }

  S there_;
  S back_;
  alignas(isolation) std::uint64_t turns_ = 0;
};

/// More workers than permits: each takes one, works for a while and gives it back, for the length
/// of the phase, in ns.
template <class S>
class SemaphorePermits {
 public:
  explicit SemaphorePermits(SemaphoreShape shape) : permits_(shape.permits), semaphore_(shape) {}

  harness::Body join(harness::Seat& seat) {
    auto handle = std::make_shared<decltype(semaphore_.handle(0))>(semaphore_.handle(seat.worker));
    return [this, &seat, handle](std::uint64_t length_ns) {
      seat.report.operations = repeat_for(length_ns, [&](std::uint64_t) {
        handle->acquire();
        work();
        handle->release();
      });
    };
  }

 private:
  static constexpr std::int64_t work_ns = 1000;

  /// Counts itself in and out: never may more be inside than there are permits.
  void work() {
    // acq_rel: ordered by nothing else where the semaphore lets in too many.
    if (inside_.fetch_add(1, std::memory_order_acq_rel) >= permits_) {
      throw std::runtime_error("more workers were let in than there are permits");
    }
    for (const std::int64_t end = harness::now_ns() + work_ns; harness::now_ns() < end;) {
    }
    inside_.fetch_sub(1, std::memory_order_acq_rel);
  }

  std::size_t permits_;
  alignas(isolation) S semaphore_;
  alignas(isolation) std::atomic<std::size_t> inside_{0};
};

}  // namespace handoff::bench
