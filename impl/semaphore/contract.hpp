#pragma once

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Semaphore: a number of permits that workers take and give.
///
/// The object is built in place before the workers start, in shared memory if they are processes;
/// each worker takes its own handle. Handles speak the C++ library's names: acquire() waits for a
/// permit and takes it, release(n) gives n, whether this worker had taken them or not, and lets in
/// as many who wait. What was done before a release is seen after the acquire that it lets in.
/// No worker at all, more permits than Info::largest_capacity, the handle of a worker that the
/// shape does not have, and a release of none raise. So does a release that would leave more free
/// than Info::largest_capacity, and changes nothing while nobody else releases; or, where the
/// semaphore is bounded, more than the shape's permits: then it changes nothing whatever others do.
/// A worker that is killed while it sleeps takes no permit with it; in the moment after it was
/// woken it may take one, or leave another worker asleep beside it until the next release.
namespace handoff {

struct SemaphoreShape {
  unsigned workers = 1;
  Peers peers = Peers::threads;
  std::size_t permits = 1;  ///< free at first; may be none
};

/// What a semaphore states about itself beside its Info; as with that, every claim is tested.
struct SemaphoreFacts {
  /// When a process ends, killed or not, what it has taken comes back, and what it has given beyond
  /// that is taken away: a permit cannot be handed over for good.
  bool undone_at_end = false;
  bool checks_limit = true;  ///< else, to release beyond largest_capacity is the caller's fault
};

template <class Handle>
concept SemaphoreHandle = requires(Handle handle, std::size_t n) {
  handle.acquire();
  { handle.try_acquire() } -> std::same_as<bool>;  // never waits
  handle.release();
  handle.release(n);
};

template <class S>
concept Semaphore = requires(S semaphore, SemaphoreShape shape, unsigned i) {
  { S::info } -> std::convertible_to<Info>;
  { S::facts } -> std::convertible_to<SemaphoreFacts>;
  {S(shape)};
  { semaphore.handle(i) } -> SemaphoreHandle;
};

/// What can natively give up waiting. A deadline that has passed tries once.
template <class Handle>
concept TimedSemaphoreHandle = requires(Handle handle) {
  { handle.try_acquire_until(never) } -> std::same_as<bool>;
};

/// What tells how many permits are free: exactly, while nobody takes or gives one.
template <class Handle>
concept CountedSemaphoreHandle = requires(const Handle handle) {
  { handle.value() } -> std::same_as<std::size_t>;
};

/// Raises unless a semaphore of these limits can be of this shape.
inline void check_shape(const Info& info, SemaphoreShape shape) {
  if (shape.workers == 0) throw std::invalid_argument(std::string(info.name) + ": 0 workers");
  const std::size_t most = info.largest_capacity();
  if (shape.permits > most) throw LimitError(info.name, "permits", shape.permits, most);
}

}  // namespace handoff
