#pragma once

#include <tbb/queuing_mutex.h>

#include <memory>

#include "contract.hpp"

namespace handoff::lock {

/// oneTBB's MCS lock. The queue's node is in its scoped_lock, of which each handle has one.
class TbbQueuingMutex {
 public:
  static constexpr Info info{
      .name = "tbb_queuing_mutex",
      .mechanism = "a queue of waiters, each of which spins on a line of its own",
      .source = "oneTBB 2021.8",
      .reach = Reach::threads,
      .waiting = Waiting::spins_then_yields,
      .copies_per_message = 0,
      .syscalls_per_message = 0,
  };
  static constexpr LockFacts facts{};

  class Handle {
   public:
    explicit Handle(tbb::queuing_mutex& lock) : lock_(&lock) {}
    void lock() { node_->acquire(*lock_); }
    bool try_lock() { return node_->try_acquire(*lock_); }
    void unlock() { node_->release(); }

   private:
    tbb::queuing_mutex* lock_;
    // On the heap, so that a handle can move: others in the queue point to it.
    std::unique_ptr<tbb::queuing_mutex::scoped_lock> node_ =
        std::make_unique<tbb::queuing_mutex::scoped_lock>();
  };

  explicit TbbQueuingMutex(LockShape shape) : workers_(info.name, shape, facts) {}
  Handle handle(unsigned worker) {
    workers_.check(info.name, worker);
    return Handle(lock_);
  }

 private:
  LockWorkers workers_;
  tbb::queuing_mutex lock_;
};

}  // namespace handoff::lock
