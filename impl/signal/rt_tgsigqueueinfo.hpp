#pragma once

#include "queued_value.hpp"

namespace handoff::signal {

/// Sends real-time signals with a value to threads; pthread_sigqueue(3) is the same within a
/// process.
class TgsigqueueOutbox {
 public:
  int send(unsigned /*worker*/, const Address& to, int value) {
    return static_cast<int>(
        syscall(SYS_rt_tgsigqueueinfo, to.process, to.thread, queued(), value_.with(value)));
  }

 private:
  QueuedValue value_;
};

namespace detail {

inline constexpr Info rt_tgsigqueueinfo_info{
    .name = "rt_tgsigqueueinfo",
    .mechanism = "a real-time signal with a value to a thread, which waits for it",
    .source = "rt_tgsigqueueinfo(2), sigtimedwait(2)",
    .syscalls_per_message = 2,
    .largest_capacity = most_pending,
};
inline constexpr MessengerFacts rt_tgsigqueueinfo_facts{.queues = true, .carries_values = true};

}  // namespace detail

using RtTgsigqueueinfo =
    MessengerOf<TgsigqueueOutbox, WaitedSignals<queued, Directed::at_thread>,
                detail::rt_tgsigqueueinfo_info, detail::rt_tgsigqueueinfo_facts>;

}  // namespace handoff::signal
