#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "../common/kernel_order.hpp"
#include "../common/nameless_file.hpp"
#include "in_place_semaphore.hpp"

namespace handoff::semaphore {

/// The bytes in a pipe, each of which is a permit.
class PipeTokens {
 public:
  explicit PipeTokens(std::size_t permits) {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) == -1) throw_errno("pipe_tokens: pipe2");
    takes_.reset(both[0]);
    gives_.reset(both[1]);
    // Descriptions of their own: whether it waits is a flag of each.
    tries_ = opened_again(takes_.get(), O_RDONLY | O_NONBLOCK);
    if (::fcntl(gives_.get(), F_SETFL, O_NONBLOCK) == -1) throw_errno("pipe_tokens: fcntl");
    if (permits > 0) release(permits);
  }

  void acquire() { (void)take(takes_.get()); }
  bool try_acquire() { return take(tries_.get()); }
  bool try_acquire_until(Deadline deadline) {
    while (!try_acquire()) {
      if (!poll_input(tries_.get(), deadline)) return false;
    }
    return true;
  }
  void release(std::size_t n) {
    // Up to PIPE_BUF bytes are written all or not at all.
    if (n > PIPE_BUF && n > left()) refuse(n);
    static constexpr std::array<std::byte, PIPE_BUF> tokens{};
    order_.give();
    while (n > 0) {
      const ssize_t given = ::write(gives_.get(), tokens.data(), std::min(n, tokens.size()));
      if (given == -1 && errno == EAGAIN) refuse(n);
      if (given == -1) throw_errno("pipe_tokens: write");
      n -= static_cast<std::size_t>(given);
    }
  }
  std::size_t value() const {
    int bytes = 0;
    if (::ioctl(takes_.get(), FIONREAD, &bytes) == -1) throw_errno("pipe_tokens: FIONREAD");
    return static_cast<std::size_t>(bytes);
  }
  /// How many it is sure to hold: of its last page, any part may be lost to bytes that were read.
  std::size_t room() const {
    const int size = ::fcntl(takes_.get(), F_GETPIPE_SZ);
    if (size == -1) throw_errno("pipe_tokens: F_GETPIPE_SZ");
    return static_cast<std::size_t>(size - ::getpagesize());
  }

 private:
  [[noreturn]] void refuse(std::size_t n) const {
    throw LimitError("pipe_tokens", "release", n, left());
  }
  std::size_t left() const {
    const std::size_t most = room();
    return most - std::min(most, value());
  }
  /// Again after signals; false when it would have to wait and must not.
  bool take(int pipe) {
    std::byte token{};
    while (::read(pipe, &token, 1) != 1) {
      if (errno == EAGAIN) return false;
      if (errno != EINTR) throw_errno("pipe_tokens: read");
    }
    order_.take();
    return true;
  }

  Descriptor takes_;  ///< this and the next are inherited by forked workers
  Descriptor gives_;
  Descriptor tries_;
  KernelOrder order_;
};

namespace detail {

inline constexpr Info pipe_tokens_info{
    .name = "pipe_tokens",
    .mechanism = "bytes in a pipe, read and written back",
    .source = "pipe(2)",
    .bounded = false,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .largest_capacity = [] { return PipeTokens(0).room(); },
};
inline constexpr SemaphoreFacts pipe_tokens_facts{};

}  // namespace detail

using PipeTokensSemaphore =
    InPlaceSemaphore<PipeTokens, detail::pipe_tokens_info, detail::pipe_tokens_facts>;

}  // namespace handoff::semaphore
