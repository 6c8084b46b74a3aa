#pragma once

#include "messenger_of.hpp"

namespace handoff::signal {

/// Sends ordinary signals to threads.
class TgkillOutbox {
 public:
  static int send(unsigned /*worker*/, const Address& to, int /*value*/) {
    return ::tgkill(to.process, to.thread, ordinary());
  }
};

namespace detail {

inline constexpr Info tgkill_info{
    .name = "tgkill",
    .mechanism = "an ordinary signal to a thread, which waits for it",
    .source = "tgkill(2), sigtimedwait(2)",
    .copies_per_message = 0,
    .syscalls_per_message = 2,
};
inline constexpr MessengerFacts tgkill_facts{};

}  // namespace detail

using Tgkill = MessengerOf<TgkillOutbox, WaitedSignals<ordinary, Directed::at_thread>,
                           detail::tgkill_info, detail::tgkill_facts>;

}  // namespace handoff::signal
