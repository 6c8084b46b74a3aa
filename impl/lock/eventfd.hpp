#pragma once

#include <sys/eventfd.h>
#include <sys/uio.h>

#include <array>
#include <cstdint>

#include "../common/descriptor.hpp"
#include "../common/poll.hpp"
#include "contract.hpp"
#include "holding.hpp"

namespace handoff::lock {

/// The one count of an eventfd: whoever reads it holds the lock, and writes it back.
class Eventfd {
 public:
  static constexpr Info info{
      .name = "eventfd",
      .mechanism = "the one count of an eventfd, read and written back",
      .source = "eventfd(2)",
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 2,
  };
  static constexpr LockFacts facts{.checked = true};

  class Handle {
   public:
    Handle(int counter, HandOver& hand_over) : counter_(counter), holding_(hand_over) {}

    void lock() {
      (void)take(0);
      holding_.begin();
    }
    bool try_lock() { return holding_.begin(take(RWF_NOWAIT)); }
    bool try_lock_until(Deadline deadline) {
      while (!try_lock()) {
        pollfd entry{.fd = counter_, .events = POLLIN, .revents = 0};
        if (poll_until(std::span(&entry, 1), deadline) == 0) return false;
      }
      return true;
    }
    void unlock() {
      holding_.end(info.name);
      if (eventfd_write(counter_, 1) == -1) throw_errno("eventfd: write");
    }

   private:
    /// Again after signals; false when it would have to wait and must not.
    bool take(int flags) const {
      std::uint64_t count = 0;
      iovec into{.iov_base = &count, .iov_len = sizeof(count)};
      constexpr off_t no_position = -1;
      while (preadv2(counter_, &into, 1, no_position, flags) == -1) {
        if (errno == EAGAIN) return false;
        if (errno != EINTR) throw_errno("eventfd: read");
      }
      return true;
    }

    int counter_;  ///< the lock's; forked workers inherit it
    Holding holding_;
  };

  explicit Eventfd(LockShape shape)
      : workers_(info.name, shape, facts), counter_(::eventfd(1, EFD_CLOEXEC)) {
    if (counter_.get() == -1) throw_errno("eventfd");
  }
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return {counter_.get(), hand_over_};
  }

 private:
  LockWorkers workers_;
  Descriptor counter_;
  HandOver hand_over_;
};

}  // namespace handoff::lock
