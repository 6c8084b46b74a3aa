#pragma once

#include <sys/eventfd.h>

#include "atomic.hpp"
#include "descriptor.hpp"
#include "poll.hpp"
#include "waiting.hpp"

namespace handoff {

/// Sleeps on an eventfd at once. A signal costs no system call when nobody sleeps. For one waiter
/// at a time; workers inherit the descriptor, so it is made before they start.
///
/// No wake-up is lost, by the same argument as for Park: the waiter counts itself in and then looks
/// again, the notifier publishes and then looks at the count.
class EventfdPark {
 public:
  static constexpr std::string_view name = "eventfd";
  static constexpr Waiting waiting = Waiting::blocks;
  static constexpr auto publish = std::memory_order_seq_cst;
  static constexpr auto observe = std::memory_order_seq_cst;

  EventfdPark() : event_(::eventfd(0, EFD_CLOEXEC)) {
    if (event_.get() == -1) throw_errno("eventfd");
  }

  /// Ends also as soon as the descriptor `also` is readable, if one is given.
  template <class Ready>
  bool wait(Ready ready, Deadline deadline, int also = -1) {
    if (ready()) return true;
    if (detail::passed(deadline)) return false;
    sleeping_.store(true, std::memory_order_seq_cst);
    bool is_ready = ready();
    bool ended = false;
    while (!is_ready && !ended && !detail::passed(deadline)) {
      ended = sleep_until_signalled(deadline, also);
      is_ready = ready();
    }
    sleeping_.store(false, std::memory_order_relaxed);  // seen late, it costs one system call
    return is_ready;
  }

  void notify() {
    if (!sleeping_.load(std::memory_order_seq_cst)) return;
    std::uint64_t one = 1;
    while (::write(event_.get(), &one, sizeof(one)) == -1) {
      if (errno != EINTR) throw_errno("eventfd write");
    }
  }
  void notify_all() { notify(); }

 private:
  /// Or until the deadline; true when the descriptor `also` was readable.
  bool sleep_until_signalled(Deadline deadline, int also) {
    pollfd events[] = {{event_.get(), POLLIN, 0}, {also, POLLIN, 0}};
    bool alone = deadline == never && also == -1;
    if (!alone) poll_until(events, deadline);
    if (alone || events[0].revents != 0) take_signal();
    return events[1].revents != 0;
  }

  /// Blocks for one; a left-over one makes the waiter look once too often.
  void take_signal() {
    std::uint64_t signals = 0;
    if (::read(event_.get(), &signals, sizeof(signals)) == -1 && errno != EINTR) {
      throw_errno("eventfd read");
    }
  }

  Descriptor event_;
  Atomic<bool> sleeping_{false};
};

static_assert(WaitingPolicy<EventfdPark>);

}  // namespace handoff
