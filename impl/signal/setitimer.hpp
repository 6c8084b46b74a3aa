#pragma once

#include <sys/time.h>

#include "alarm_of.hpp"
#include "blocked_signal.hpp"

namespace handoff::signal {

/// The one real-time interval timer of a process.
class IntervalTimer {
 public:
  void arm(Deadline due) {
    constexpr int ns_per_us = 1000;
    constexpr int us_per_s = 1'000'000;
    const timespec left = not_off(time_left(due));
    // Up to the next microsecond: it must not be too early.
    const auto us = static_cast<suseconds_t>((left.tv_nsec + ns_per_us - 1) / ns_per_us);
    change({.tv_sec = left.tv_sec + us / us_per_s, .tv_usec = us % us_per_s});
  }
  void disarm() {
    change({});
    (void)signal_.take(at_once);
  }
  bool take(Deadline deadline) { return signal_.take(deadline).has_value(); }

 private:
  static void change(timeval left) {
    const itimerval timer{.it_interval = {}, .it_value = left};
    if (::setitimer(ITIMER_REAL, &timer, nullptr) == -1) throw_errno("setitimer");
  }

  SignalOfProcess holder_ = claim(SIGALRM);
  BlockedSignal signal_{SIGALRM};
};

namespace detail {

inline constexpr Info setitimer_info{
    .name = "setitimer",
    .mechanism = "the real-time interval timer of a process, which waits for its signal",
    .source = "setitimer(2), sigtimedwait(2)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nobody's death keeps it from going off
};

}  // namespace detail

using Setitimer = AlarmOf<IntervalTimer, detail::setitimer_info>;

}  // namespace handoff::signal
