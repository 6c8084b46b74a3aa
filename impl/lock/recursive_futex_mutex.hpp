#pragma once

#include <unistd.h>

#include "../common/cpu.hpp"
#include "../common/locks/recursive_futex_mutex.hpp"
#include "contract.hpp"

namespace handoff::lock {

/// A recursive mutex made of one futex. A handle is of the thread that takes it.
class RecursiveFutexMutex {
 public:
  static constexpr Info info{
      .name = "recursive_futex_mutex",
      .mechanism = "a futex that holds its holder's thread id, beside a depth",
      .source = "own",
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 0,
  };
  static constexpr LockFacts facts{.recursive = true, .checked = true};

  class Handle {
   public:
    explicit Handle(handoff::RecursiveFutexMutex& lock)
        : lock_(&lock), me_(static_cast<std::uint32_t>(gettid())) {}
    void lock() { lock_->lock(me_); }
    bool try_lock() { return lock_->try_lock(me_); }
    bool try_lock_until(Deadline deadline) { return lock_->try_lock_until(deadline, me_); }
    void unlock() { lock_->unlock(me_); }

   private:
    handoff::RecursiveFutexMutex* lock_;
    std::uint32_t me_;
  };

  explicit RecursiveFutexMutex(LockShape shape) : workers_(info.name, shape, facts) {}
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return Handle(lock_);
  }

 private:
  LockWorkers workers_;
  alignas(isolation) handoff::RecursiveFutexMutex lock_;  // what it guards lies on other lines
};

}  // namespace handoff::lock
