#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "harness/region.hpp"
#include "tests/conformance/lock_row.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

/// A lock in memory that forked children share with their parent.
class SharedLock {
 public:
  SharedLock(const LockRow& row, LockShape shape)
      : row_(row), memory_(harness::Region::shared(row.bytes)) {
    row_.build(memory_.data(), shape);
  }
  ~SharedLock() {
    if (!held_for_ever_) row_.destroy(memory_.data());
  }
  SharedLock(const SharedLock&) = delete;
  SharedLock& operator=(const SharedLock&) = delete;

  /// To be taken in the worker itself.
  std::unique_ptr<AnyLockHandle> handle(unsigned worker) const {
    return row_.handle(memory_.data(), worker);
  }
  /// Its holder dies: it is not destroyed, which a lock that is held may refuse.
  void will_be_held_for_ever() { held_for_ever_ = true; }

 private:
  const LockRow& row_;
  harness::Region memory_;
  bool held_for_ever_ = false;
};

/// Has workers share a lock, and each do `work(handle, number)`.
inline void share(const LockRow& row, LockShape shape,
                  const std::function<void(AnyLockHandle&, unsigned)>& work,
                  Clock::duration watchdog = usual_watchdog) {
  SharedLock lock(row, shape);
  std::vector<std::function<void()>> workers;
  for (unsigned i = 0; i < shape.workers; ++i) {
    workers.push_back([&, i] {
      auto handle = lock.handle(i);
      work(*handle, i);
    });
  }
  run_workers(shape.peers, workers, watchdog);
}

/// Lets nobody go on before all have come. In memory that they share.
class StartTogether {
 public:
  explicit StartTogether(unsigned workers) : missing_(workers) {}
  void wait() {
    for (--missing_; missing_ > 0;) std::this_thread::yield();
  }

 private:
  std::atomic<unsigned> missing_;
};

}  // namespace handoff::conformance
