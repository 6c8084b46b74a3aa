#pragma once

#include <concepts>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Condition: a lock under which workers wait until others notify them.
///
/// The object is built in place, with its lock, before the workers start, in shared memory if they
/// are processes; each worker takes its own handle, itself, and uses it alone. Handles speak the
/// C++ library's names for the lock, so that std::unique_lock holds them.
///
/// wait(deadline) lets go of the lock, waits, and has it again whatever happened: true when it was
/// notified, false when the deadline passed before. wait_for(predicate, deadline) waits until the
/// predicate, which it asks under the lock, holds; it returns what the predicate said last.
/// notify(n) wakes n of those who wait, of whatever form, or all where they are fewer: not one
/// more, also where the system wakes somebody for no reason, and never a worker that began to wait
/// after it. Which ones is not promised. Without waiters it does nothing. All but lock() raise
/// where this worker does not hold the lock. A shape of no workers and the handle of a worker that
/// the shape does not have raise.
///
/// Where on_peer_death is told, lock() raises OwnerDied, once, after a worker has been killed while
/// it held the lock, and leaves the lock free; so does a wait, but with the lock held. Else, both
/// wait for ever.
namespace handoff {

struct ConditionShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

/// What a condition states about itself beside its Info; as with that, every claim is tested.
struct ConditionFacts {
  bool survives_killed_waiter = true;  ///< killed in its wait, a worker blocks no other
};

template <class Handle>
concept ConditionHandle = requires(Handle handle, bool (*predicate)(), unsigned n) {
  handle.lock();
  handle.unlock();
  { handle.wait(never) } -> std::same_as<bool>;
  { handle.wait_for(predicate, never) } -> std::same_as<bool>;
  handle.notify(n);
  handle.notify_all();
};

template <class C>
concept ConditionVariable = requires(C condition, ConditionShape shape, unsigned i) {
  { C::info } -> std::convertible_to<Info>;
  { C::facts } -> std::convertible_to<ConditionFacts>;
  {C(shape)};
  { condition.handle(i) } -> ConditionHandle;
};

}  // namespace handoff
