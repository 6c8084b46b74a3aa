#pragma once

#include <sys/signalfd.h>

#include "../common/descriptor.hpp"
#include "../common/descriptor_poll.hpp"
#include "queued_value.hpp"

namespace handoff::signal {

/// Takes signals from a descriptor, which can be polled beside others.
class SignalfdInbox {
 public:
  SignalfdInbox() {
    const sigset_t set = BlockedSignal::only(queued());
    descriptor_.reset(::signalfd(-1, &set, SFD_CLOEXEC));
    if (descriptor_.get() == -1) throw_errno("signalfd");
  }

  std::optional<int> take(Deadline deadline) {
    if (deadline != never && !poll_input(descriptor_.get(), deadline)) return std::nullopt;
    signalfd_siginfo info{};
    while (::read(descriptor_.get(), &info, sizeof info) == -1) {
      if (errno != EINTR) throw_errno("signalfd: read");
    }
    return info.ssi_int;
  }

 private:
  SignalOfProcess holder_ = claim(queued());
  BlockedSignal signal_{queued()};
  Descriptor descriptor_;
};

namespace detail {

inline constexpr Info signalfd_info{
    .name = "signalfd",
    .mechanism = "a real-time signal with a value to a process, which reads a descriptor",
    .source = "sigqueue(3), signalfd(2)",
    .reach = Reach::processes,
    .syscalls_per_message = 4,  // two of them for what sigqueue(3) tells of its sender
    .largest_capacity = most_pending,
};
inline constexpr MessengerFacts signalfd_facts{.queues = true, .carries_values = true};

}  // namespace detail

using Signalfd =
    MessengerOf<SigqueueOutbox, SignalfdInbox, detail::signalfd_info, detail::signalfd_facts>;

}  // namespace handoff::signal
