#pragma once

#include "queued_value.hpp"

namespace handoff::signal {
namespace detail {

inline constexpr Info sigqueue_info{
    .name = "sigqueue",
    .mechanism = "a real-time signal with a value to a process, which waits for it",
    .source = "sigqueue(3), sigtimedwait(2)",
    .reach = Reach::processes,
    .syscalls_per_message = 4,  // two of them for what sigqueue(3) tells of its sender
    .largest_capacity = most_pending,
};
inline constexpr MessengerFacts sigqueue_facts{.queues = true, .carries_values = true};

}  // namespace detail

using Sigqueue = MessengerOf<SigqueueOutbox, WaitedSignals<queued, Directed::at_process>,
                             detail::sigqueue_info, detail::sigqueue_facts>;

}  // namespace handoff::signal
