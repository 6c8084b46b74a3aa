#pragma once

#include <algorithm>
#include <vector>

#include "../common/pidfd.hpp"
#include "child_watcher_of.hpp"

namespace handoff::signal {

/// Polls a descriptor of each child, which can be done beside others.
class PidfdChildren {
 public:
  void watch(pid_t child) {
    children_.push_back(open_pidfd(child));
    polled_.push_back({.fd = children_.back().get(), .events = POLLIN, .revents = 0});
  }
  bool watches_nobody() const { return children_.empty(); }
  std::optional<ChildEnd> take(Deadline deadline) {
    if (poll_until(polled_, deadline) == 0) return std::nullopt;
    const auto ended = std::find_if(polled_.begin(), polled_.end(),
                                    [](const pollfd& entry) { return entry.revents != 0; });
    const auto end = reap(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(ended->fd), 0);
    children_.erase(children_.begin() + (ended - polled_.begin()));
    polled_.erase(ended);
    return end;
  }

 private:
  std::vector<Descriptor> children_;
  std::vector<pollfd> polled_;  ///< in the same order
};

namespace detail {

inline constexpr Info pidfd_poll_info{
    .name = "pidfd_poll",
    .mechanism = "a descriptor of each child, which is polled",
    .source = "pidfd_open(2), poll(2), waitid(2)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 5,  // three of them to open and to close it, and to look that it is one
    .on_peer_death = Survivor::told,
};
inline constexpr WatcherFacts pidfd_poll_facts{};

}  // namespace detail

using PidfdPoll = ChildWatcherOf<PidfdChildren, detail::pidfd_poll_info, detail::pidfd_poll_facts>;

}  // namespace handoff::signal
