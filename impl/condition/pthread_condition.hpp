#pragma once

#include "../common/pthread_monitor.hpp"
#include "monitor_condition.hpp"

namespace handoff::condition {
namespace detail {

inline constexpr Info pthread_condition_info{
    .name = "pthread_condition",
    .mechanism = "a process-shared mutex and condition",
    .source = "pthread_cond_wait(3)",
    .copies_per_message = 0,
    .syscalls_per_message = 0,
};
inline constexpr ConditionFacts pthread_condition_facts{
    // Later signals wait for it to leave.
    .survives_killed_waiter = false,
};

}  // namespace detail

using PthreadCondition = MonitorCondition<PthreadMonitor, detail::pthread_condition_info,
                                          detail::pthread_condition_facts>;

}  // namespace handoff::condition
