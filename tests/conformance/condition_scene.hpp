#pragma once

#include <functional>

#include "tests/conformance/condition_row.hpp"
#include "tests/conformance/play.hpp"

namespace handoff::conformance {

inline constexpr unsigned all_of_them = ~0U;

/// What workers under one condition know of each other; guarded by its lock. In memory that they
/// share.
struct Scene {
  unsigned waiting = 0;   ///< in a wait, or woken from one and not yet back
  unsigned notified = 0;  ///< waits that ended by a notification
  unsigned passed = 0;    ///< waits that ended because their time was over
  bool over = false;

  /// A wait that is counted. Under the lock, from before it began until after its end.
  bool wait(AnyConditionHandle& handle, Deadline deadline) {
    ++waiting;
    const bool was_notified = handle.wait(deadline);
    --waiting;
    ++(was_notified ? notified : passed);
    return was_notified;
  }
};

/// Holds the lock of a condition.
using Locked = std::unique_lock<AnyConditionHandle>;

/// Waits, without the condition, until what `holds` says under the lock; the lock is then held.
inline Locked once(AnyConditionHandle& handle, const std::function<bool()>& holds) {
  Locked lock(handle);
  while (!holds()) {
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    lock.lock();
  }
  return lock;
}

/// Does `work` alone.
inline void alone(const ConditionRow& row, Peers peers,
                  const std::function<void(AnyConditionHandle&)>& work) {
  share(row.form, {1, peers}, [&](AnyConditionHandle& handle, unsigned) { work(handle); });
}

/// Worker 1 waits in `wait`, under the lock; once it does, worker 0 does `meanwhile`.
inline void while_another_waits(const ConditionRow& row, Peers peers,
                                const std::function<void(AnyConditionHandle&, Scene&)>& wait,
                                const std::function<void(AnyConditionHandle&, Scene&)>& meanwhile) {
  InSharedMemory<Scene> scene;
  share(row.form, {2, peers}, [&](AnyConditionHandle& handle, unsigned worker) {
    if (worker == 1) {
      const Locked lock(handle);
      ++scene->waiting;
      wait(handle, *scene);
      --scene->waiting;
      scene->over = true;
    } else {
      (void)once(handle, [&] { return scene->waiting == 1; });
      meanwhile(handle, *scene);
    }
  });
}

inline void notify_one(AnyConditionHandle& handle) {
  const Locked lock(handle);
  handle.notify(1);
}

}  // namespace handoff::conformance
