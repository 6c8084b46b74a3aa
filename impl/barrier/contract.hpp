#pragma once

#include <concepts>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Barrier: none of its parties passes before all have come, round after round.
///
/// The object is built in place before the parties start, in shared memory if they are processes;
/// each party takes its own handle, itself, and uses it alone. wait() returns 0 to one party of
/// each round and something else to the others. What a party did before it came is seen by all who
/// pass.
///
/// The action, if there is one, is run once in each round, by the last who comes, before anybody
/// passes. Its pointers mean the same to all parties: processes are forked of one image. It throws
/// only where the barrier is breakable, which it then breaks.
///
/// A breakable barrier is broken by a party whose deadline passes, by one that calls abort(), and
/// by an action that throws: who waits, and who comes, gets a BrokenBarrier, or the action's error.
/// reset() makes it whole again; who waits meanwhile gets a BrokenBarrier too. waiting() counts
/// those who have come; it is exact when quiet.
///
/// A shape of no parties or of too many raises, as do the handle of a party that the shape does not
/// have, and an action where the implementation has no last one to run it.
namespace handoff {

struct BarrierAction {
  void (*run)(void*) = nullptr;
  void* argument = nullptr;

  void operator()() const {
    if (run != nullptr) run(argument);
  }
  explicit operator bool() const { return run != nullptr; }
};

struct BarrierShape {
  unsigned parties = 1;
  Peers peers = Peers::threads;
  BarrierAction action = {};
};

/// Not all parties will come, or have come in time.
class BrokenBarrier : public std::runtime_error {
 public:
  BrokenBarrier(std::string_view barrier, std::string_view why)
      : std::runtime_error(std::string(barrier) + ": " + std::string(why)) {}
};

/// What a barrier states about itself beside its Info; as with that, every claim is tested.
struct BarrierFacts {
  bool runs_action = true;
  std::size_t most_parties = unlimited;
};

template <class Handle>
concept BarrierHandle = requires(Handle handle) {
  { handle.wait() } -> std::same_as<unsigned>;
};

template <class Handle>
concept BreakableBarrierHandle = BarrierHandle<Handle> && requires(Handle handle) {
  { handle.wait(never) } -> std::same_as<unsigned>;
  handle.abort();
  handle.reset();
  { handle.is_broken() } -> std::same_as<bool>;
  { handle.waiting() } -> std::same_as<unsigned>;
};

template <class B>
concept Barrier = requires(B barrier, BarrierShape shape, unsigned i) {
  { B::info } -> std::convertible_to<Info>;
  { B::facts } -> std::convertible_to<BarrierFacts>;
  {B(shape)};
  { barrier.handle(i) } -> BarrierHandle;
};

}  // namespace handoff
