#pragma once

#include <vector>

#include "../common/pidfd.hpp"
#include "queued_value.hpp"

namespace handoff::signal {

/// Sends real-time signals with a value to processes by descriptors of theirs, which it opens when
/// it first sends to each.
class PidfdOutbox {
 public:
  int send(unsigned worker, const Address& to, int value) {
    if (worker >= peers_.size()) peers_.resize(worker + 1);
    Peer& peer = peers_[worker];
    if (peer.process != to.process) {
      const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, to.process, 0));
      if (pidfd == -1) return -1;
      peer.pidfd.reset(pidfd);
      peer.process = to.process;
    }
    return static_cast<int>(
        syscall(SYS_pidfd_send_signal, peer.pidfd.get(), queued(), value_.with(value), 0));
  }

 private:
  struct Peer {
    pid_t process = 0;
    Descriptor pidfd;
  };

  std::vector<Peer> peers_;
  QueuedValue value_;
};

namespace detail {

inline constexpr Info pidfd_send_signal_info{
    .name = "pidfd_send_signal",
    .mechanism = "a real-time signal with a value through a process's descriptor; it waits for it",
    .source = "pidfd_send_signal(2), sigtimedwait(2)",
    .reach = Reach::processes,
    .syscalls_per_message = 2,
    .largest_capacity = most_pending,
};
inline constexpr MessengerFacts pidfd_send_signal_facts{
    .queues = true, .carries_values = true, .knows_its_peer = true};

}  // namespace detail

using PidfdSendSignal =
    MessengerOf<PidfdOutbox, WaitedSignals<queued, Directed::at_process>,
                detail::pidfd_send_signal_info, detail::pidfd_send_signal_facts>;

}  // namespace handoff::signal
