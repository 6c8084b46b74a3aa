#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Lock: of several workers, one at a time holds it.
///
/// The object is built in place before the workers start, in shared memory if they are processes;
/// each worker takes its own handle, itself, and uses it alone. Handles speak the C++ library's
/// names, so that std::lock_guard and std::unique_lock hold them. A worker that holds a lock which
/// is not recursive does not lock it again, and lets go of it before its handle goes. A shape of no
/// workers or of too many raises, as does the handle of a worker that the shape does not have.
namespace handoff {

struct LockShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

/// What the next one sees when a lock's holder has been killed.
enum class HolderDeath {
  hangs,    ///< it waits for ever
  goes_on,  ///< the lock is free again, and nothing is said
  told,     ///< lock() raises OwnerDied, once, and leaves the lock free; lock_and_tell() says so
};

/// What a lock states about itself beside its Info; as with that, every claim is tested.
struct LockFacts {
  bool recursive = false;
  bool checked = false;  ///< unlock raises when this worker does not hold it, and changes nothing
  HolderDeath on_holder_death = HolderDeath::hangs;
  bool aborts_who_waits = false;       ///< already when the holder is killed: glibc aborts it
  bool survives_killed_waiter = true;  ///< killed in its wait, a worker blocks no other
  std::size_t most_workers = unlimited;
};

template <class Handle>
concept LockHandle = requires(Handle handle) {
  handle.lock();
  { handle.try_lock() } -> std::same_as<bool>;  // never waits
  handle.unlock();
};

template <class L>
concept Lock = requires(L lock, LockShape shape, unsigned i) {
  { L::info } -> std::convertible_to<Info>;
  { L::facts } -> std::convertible_to<LockFacts>;
  {L(shape)};
  { lock.handle(i) } -> LockHandle;
};

/// What can natively give up waiting. A deadline that has passed tries once.
template <class Handle>
concept TimedLockHandle = LockHandle<Handle> && requires(Handle handle) {
  { handle.try_lock_until(never) } -> std::same_as<bool>;
};

/// What locks and returns true when the last holder died, for the caller to repair what it guards.
template <class Handle>
concept TellingLockHandle = LockHandle<Handle> && requires(Handle handle) {
  { handle.lock_and_tell() } -> std::same_as<bool>;
};

/// How many workers a lock is built for, and that it is asked for no other.
class LockWorkers {
 public:
  LockWorkers(std::string_view lock, LockShape shape, const LockFacts& facts)
      : count_(shape.workers) {
    if (count_ == 0) throw std::invalid_argument(std::string(lock) + ": 0 workers");
    if (count_ > facts.most_workers) throw LimitError(lock, "a crew", count_, facts.most_workers);
  }
  void check(std::string_view lock, unsigned worker) const {
    if (worker < count_) return;
    throw std::out_of_range(std::string(lock) + ": worker " + std::to_string(worker) + " of " +
                            std::to_string(count_));
  }

 private:
  unsigned count_;
};

}  // namespace handoff
