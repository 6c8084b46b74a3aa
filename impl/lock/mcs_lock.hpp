#pragma once

#include "../common/locks/mcs_lock.hpp"
#include "contract.hpp"

namespace handoff::lock {

/// An MCS queue lock with a node for each worker.
class McsLock {
 public:
  static constexpr Info info{
      .name = "mcs_lock",
      .mechanism = "a queue of waiters, each of which spins on a line of its own",
      .source = "own",
      .waiting = Waiting::spins_then_yields,
      .copies_per_message = 0,
      .syscalls_per_message = 0,
  };
  static constexpr LockFacts facts{.survives_killed_waiter = false,
                                   .most_workers = handoff::McsLock::most_workers};

  class Handle {
   public:
    Handle(handoff::McsLock& lock, unsigned worker) : lock_(&lock), worker_(worker) {}
    void lock() { lock_->lock(worker_); }
    bool try_lock() { return lock_->try_lock(worker_); }
    void unlock() { lock_->unlock(worker_); }

   private:
    handoff::McsLock* lock_;
    unsigned worker_;
  };

  explicit McsLock(LockShape shape) : workers_(info.name, shape, facts) {}
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return {lock_, worker};
  }

 private:
  LockWorkers workers_;
  handoff::McsLock lock_;
};

}  // namespace handoff::lock
