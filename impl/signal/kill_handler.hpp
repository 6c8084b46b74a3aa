#pragma once

#include "handled_signal.hpp"
#include "kill.hpp"

namespace handoff::signal {

/// Takes ordinary signals in a handler.
class HandlerInbox {
 public:
  std::optional<int> take(Deadline deadline) {
    return signal_.take(deadline) ? std::optional(0) : std::nullopt;
  }
  void on_arrival(const KernelOrder& order, void (*function)(void*), void* context) {
    signal_.on_arrival(order, function, context);
  }

 private:
  HandledSignal signal_{ordinary()};
};

namespace detail {

inline constexpr Info kill_handler_info{
    .name = "kill_handler",
    .mechanism = "an ordinary signal to a process, whose handler posts a semaphore",
    .source = "kill(2), sigaction(2), sem_post(3)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 2,
};
inline constexpr MessengerFacts kill_handler_facts{};

}  // namespace detail

using KillHandler =
    MessengerOf<Kill, HandlerInbox, detail::kill_handler_info, detail::kill_handler_facts>;

}  // namespace handoff::signal
