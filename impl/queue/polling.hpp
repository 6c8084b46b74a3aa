#pragma once

#include <algorithm>
#include <thread>

#include "../common/waiting.hpp"
#include "closable.hpp"
#include "contract.hpp"

/// Waiting forms for queues that offer try forms only. Not an implementation.
namespace handoff {

/// Tries until it is not full or empty any more, by spinning.
template <class Attempt>
Status spin_until_done(Attempt attempt, Deadline deadline) {
  Status status = Status::would_wait;
  Spin().wait(
      [&] {
        status = attempt();
        return status != Status::would_wait;
      },
      deadline);
  return status;
}

/// Tries until it is not full or empty any more, sleeping between tries, ever longer up to 1 ms:
/// for timed forms over a library or a kernel interface whose waiting forms know no time.
template <class Attempt>
Status nap_until_done(Attempt attempt, Deadline deadline) {
  constexpr Clock::duration longest = std::chrono::milliseconds(1);
  Clock::duration nap = std::chrono::microseconds(20);
  for (;;) {
    Status status = attempt();
    if (status != Status::would_wait || detail::passed(deadline)) return status;
    Clock::duration left = deadline == never ? nap : deadline - Clock::now();
    std::this_thread::sleep_for(std::min(nap, left));
    nap = std::min(2 * nap, longest);
  }
}

/// Longest sleep in a library's or the kernel's waiting form that knows no close: so long after
/// a close, at most, a waiter sees it.
inline constexpr auto close_check_interval = std::chrono::milliseconds(50);

/// Runs `attempt(until)`, which waits until then at most, until it is done or time is over.
template <class Attempt>
Status wait_in_intervals(Attempt attempt, Deadline deadline) {
  for (;;) {
    Deadline until = std::min(deadline, Clock::now() + close_check_interval);
    Status status = attempt(until);
    if (status != Status::would_wait || Clock::now() >= deadline) return status;
  }
}

}  // namespace handoff
