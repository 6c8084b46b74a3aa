#pragma once

#include "kill.hpp"

namespace handoff::signal {
namespace detail {

inline constexpr Info kill_sigwait_info{
    .name = "kill_sigwait",
    .mechanism = "an ordinary signal to a process, which waits for it",
    .source = "kill(2), sigtimedwait(2)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
};
inline constexpr MessengerFacts kill_sigwait_facts{};

}  // namespace detail

using KillSigwait = MessengerOf<Kill, WaitedSignals<ordinary, Directed::at_process>,
                                detail::kill_sigwait_info, detail::kill_sigwait_facts>;

}  // namespace handoff::signal
