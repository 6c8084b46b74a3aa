#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>

#include "../common/descriptor.hpp"
#include "../common/nameless_file.hpp"
#include "../common/poll.hpp"
#include "contract.hpp"
#include "holding.hpp"

namespace handoff::lock {

/// The one byte in a pipe: whoever reads it holds the lock, and writes it back.
class PipeToken {
 public:
  static constexpr Info info{
      .name = "pipe_token",
      .mechanism = "the one byte in a pipe, read and written back",
      .source = "pipe(2)",
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 2,
  };
  static constexpr LockFacts facts{.checked = true};

  class Handle {
   public:
    Handle(int reads, int writes, HandOver& hand_over)
        : reads_(reads),
          writes_(writes),
          tries_(opened_again(reads, O_RDONLY | O_NONBLOCK)),
          holding_(hand_over) {}

    void lock() {
      (void)take(reads_);
      holding_.begin();
    }
    bool try_lock() { return holding_.begin(take(tries_.get())); }
    bool try_lock_until(Deadline deadline) {
      while (!try_lock()) {
        pollfd entry{.fd = tries_.get(), .events = POLLIN, .revents = 0};
        if (poll_until(std::span(&entry, 1), deadline) == 0) return false;
      }
      return true;
    }
    void unlock() {
      holding_.end(info.name);
      give(writes_);
    }

   private:
    /// Again after signals; false when it would have to wait and must not.
    static bool take(int pipe) {
      std::byte token{};
      while (::read(pipe, &token, 1) != 1) {
        if (errno == EAGAIN) return false;
        if (errno != EINTR) throw_errno("pipe_token: read");
      }
      return true;
    }

    int reads_;  ///< this and the next are the lock's; forked workers inherit them
    int writes_;
    Descriptor tries_;  ///< a description of its own, since not to wait is a flag of that
    Holding holding_;
  };

  explicit PipeToken(LockShape shape) : workers_(info.name, shape, facts) {
    int both[2];
    if (::pipe2(both, O_CLOEXEC) == -1) throw_errno("pipe_token: pipe2");
    reads_.reset(both[0]);
    writes_.reset(both[1]);
    give(writes_.get());
  }
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return {reads_.get(), writes_.get(), hand_over_};
  }

 private:
  static void give(int pipe) {
    constexpr std::byte token{1};
    while (::write(pipe, &token, 1) != 1) {
      if (errno != EINTR) throw_errno("pipe_token: write");
    }
  }

  LockWorkers workers_;
  Descriptor reads_;
  Descriptor writes_;
  HandOver hand_over_;
};

}  // namespace handoff::lock
