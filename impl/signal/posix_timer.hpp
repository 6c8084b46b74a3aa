#pragma once

#include <unistd.h>

#include <ctime>

#include "alarm_of.hpp"
#include "blocked_signal.hpp"

namespace handoff::signal {

/// A POSIX timer that sends its signal to the thread which made it.
class ThreadTimer {
 public:
  ThreadTimer() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number();
    event._sigev_un._tid = gettid();  // glibc 2.36 has no other name for it
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer_) == -1) throw_errno("timer_create");
  }
  ThreadTimer(ThreadTimer&& other) noexcept
      : signal_(std::move(other.signal_)),
        timer_(other.timer_),
        is_mine_(std::exchange(other.is_mine_, false)) {}
  ThreadTimer& operator=(ThreadTimer&&) = delete;
  ~ThreadTimer() {
    if (is_mine_) ::timer_delete(timer_);
  }

  void arm(Deadline due) { change(not_off(absolute_time(due))); }
  void disarm() {
    change({});
    (void)signal_.take(at_once);
  }
  bool take(Deadline deadline) { return signal_.take(deadline).has_value(); }

 private:
  static int number() { return SIGRTMIN + 1; }  // the messengers have the first one

  void change(timespec due) {
    const itimerspec time{.it_interval = {}, .it_value = due};
    if (::timer_settime(timer_, TIMER_ABSTIME, &time, nullptr) == -1) throw_errno("timer_settime");
  }

  BlockedSignal signal_{number()};  // gone after the timer
  timer_t timer_{};
  bool is_mine_ = true;
};

namespace detail {

inline constexpr Info posix_timer_info{
    .name = "posix_timer",
    .mechanism = "a timer that sends a real-time signal to a thread, which waits for it",
    .source = "timer_create(2), sigtimedwait(2)",
    .copies_per_message = 0,
    .syscalls_per_message = 2,
    .on_peer_death = Survivor::told,  // nobody's death keeps it from going off
};

}  // namespace detail

using PosixTimer = AlarmOf<ThreadTimer, detail::posix_timer_info>;

}  // namespace handoff::signal
