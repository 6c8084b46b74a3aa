#pragma once

#include "../common/absolute_time.hpp"
#include "signal_workers.hpp"

namespace handoff::signal {

/// A time of CLOCK_MONOTONIC, or a length of time, as timers take it that are off at 0.
inline timespec not_off(timespec time) {
  if (time.tv_sec == 0 && time.tv_nsec == 0) time.tv_nsec = 1;
  return time;
}

/// Alarms by a timer for each worker. A timer is armed, is disarmed and forgets then that it had
/// gone off, and waits until it has.
template <class Timer, const Info& its_info>
class AlarmOf {
 public:
  static constexpr const Info& info = its_info;

  explicit AlarmOf(SignalShape shape) : workers_(info, shape) {}

  class Handle {
   public:
    void set(Deadline due) {
      cancel();
      timer_.arm(due);
      is_set_ = true;
    }
    void cancel() {
      if (is_set_) timer_.disarm();
      is_set_ = false;
    }
    bool wait(Deadline deadline = never) {
      if (!timer_.take(deadline)) return false;
      is_set_ = false;
      return true;
    }

   private:
    Timer timer_;
    bool is_set_ = false;  ///< and nobody has waited for it
  };

  Handle handle(unsigned worker) {
    workers_.check(info, worker);
    return Handle();
  }

 private:
  SignalWorkers workers_;
};

}  // namespace handoff::signal
