#pragma once

#include <sys/eventfd.h>
#include <sys/uio.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "../common/kernel_order.hpp"
#include "in_place_semaphore.hpp"

namespace handoff::semaphore {

/// The count of an eventfd in semaphore mode, of which each read takes one.
class EventfdPermits {
 public:
  /// The kernel's own limit: a write that would exceed it waits.
  static constexpr std::size_t most = std::numeric_limits<std::uint64_t>::max() - 1;

  explicit EventfdPermits(std::size_t permits) : event_(::eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE)) {
    if (event_.get() == -1) throw_errno("eventfd");
    if (permits > 0) release(permits);
  }

  void acquire() { (void)take(waits); }
  bool try_acquire() { return take(RWF_NOWAIT); }
  bool try_acquire_until(Deadline deadline) {
    while (!try_acquire()) {
      if (!poll_input(event_.get(), deadline)) return false;
    }
    return true;
  }
  void release(std::size_t n) {
    order_.give();
    if (eventfd_write(event_.get(), n) == -1) throw_errno("eventfd: write");
  }
  /// For looking and not for speed: the kernel tells it in a text alone.
  std::size_t value() const {
    std::ifstream facts("/proc/self/fdinfo/" + std::to_string(event_.get()));
    constexpr int base = 16;
    for (std::string line; std::getline(facts, line);) {
      if (!line.starts_with("eventfd-count:")) continue;
      return std::stoull(line.substr(line.find(':') + 1), nullptr, base);
    }
    throw std::runtime_error("eventfd: the kernel does not tell its count");
  }

 private:
  static constexpr int waits = 0;

  /// Again after signals; false when it would have to wait and must not.
  bool take(int flags) {
    std::uint64_t one = 0;
    const iovec into{.iov_base = &one, .iov_len = sizeof(one)};
    constexpr off_t no_position = -1;
    while (::preadv2(event_.get(), &into, 1, no_position, flags) == -1) {
      if (errno == EAGAIN) return false;
      if (errno != EINTR) throw_errno("eventfd: read");
    }
    order_.take();
    return true;
  }

  Descriptor event_;  ///< forked workers inherit it
  KernelOrder order_;
};

namespace detail {

inline constexpr Info eventfd_info{
    .name = "eventfd",
    .mechanism = "eventfd in semaphore mode",
    .source = "eventfd(2)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .largest_capacity = [] { return EventfdPermits::most; },
};
inline constexpr SemaphoreFacts eventfd_facts{.checks_limit = false};

}  // namespace detail

using Eventfd = InPlaceSemaphore<EventfdPermits, detail::eventfd_info, detail::eventfd_facts>;

}  // namespace handoff::semaphore
