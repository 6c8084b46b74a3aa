#pragma once

#include "../common/cpu.hpp"
#include "contract.hpp"

namespace handoff {

/// What a worker has of a lock of which it needs nothing but the place.
template <class Mechanism>
class InPlaceHandle {
 public:
  explicit InPlaceHandle(Mechanism& lock) : lock_(&lock) {}

  void lock() { lock_->lock(); }
  bool try_lock() { return lock_->try_lock(); }
  bool try_lock_until(Deadline deadline) requires TimedLockHandle<Mechanism> {
    return lock_->try_lock_until(deadline);
  }
  bool lock_and_tell() requires TellingLockHandle<Mechanism> { return lock_->lock_and_tell(); }
  void unlock() { lock_->unlock(); }

 private:
  Mechanism* lock_;
};

/// A lock that lies in its own memory, and is the same to all workers: all that one more mechanism
/// needs is its Info and its facts.
template <class Mechanism, const Info& lock_info, const LockFacts& lock_facts>
class InPlaceLock {
 public:
  static constexpr const Info& info = lock_info;
  static constexpr const LockFacts& facts = lock_facts;

  explicit InPlaceLock(LockShape shape) : workers_(info.name, shape, facts) {}
  InPlaceHandle<Mechanism> handle(unsigned worker) {
    workers_.check(info.name, worker);
    return InPlaceHandle<Mechanism>(lock_);
  }

 private:
  LockWorkers workers_;
  alignas(isolation) Mechanism lock_;  // what it guards lies on other lines
};

}  // namespace handoff
