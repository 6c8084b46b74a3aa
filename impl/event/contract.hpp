#pragma once

#include <concepts>
#include <stdexcept>
#include <string>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Event: a flag that workers set, clear and wait for.
///
/// The object is built in place, unset, before the workers start, in shared memory if they are
/// processes; each worker takes its own handle. set() lets all go who wait, in all processes, and
/// all who come until it is cleared; wait(deadline) returns false when the deadline has passed and
/// the event was not set. What was done before the set() that set it is seen by those whom it lets
/// go. A shape of no workers and the handle of a worker that the shape does not have raise.
namespace handoff {

struct EventShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
};

/// What an event states about itself beside its Info; as with that, every claim is tested.
struct EventFacts {
  /// set() is safe in a signal handler, whatever that interrupts, and leaves errno as it is.
  bool set_in_signal_handlers = true;
  /// Set and cleared again at once, it lets go all who waited; else, some may miss it.
  bool lets_all_go = true;
  bool survives_killed_waiter = true;  ///< killed while it waits, a worker blocks no other
};

template <class Handle>
concept EventHandle = requires(Handle handle) {
  handle.set();
  handle.clear();
  { handle.is_set() } -> std::same_as<bool>;
  { handle.wait(never) } -> std::same_as<bool>;
};

template <class E>
concept Event = requires(E event, EventShape shape, unsigned i) {
  { E::info } -> std::convertible_to<Info>;
  { E::facts } -> std::convertible_to<EventFacts>;
  {E(shape)};
  { event.handle(i) } -> EventHandle;
};

}  // namespace handoff
