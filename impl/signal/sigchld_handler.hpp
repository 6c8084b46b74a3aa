#pragma once

#include <vector>

#include "child_watcher_of.hpp"
#include "handled_signal.hpp"

namespace handoff::signal {

/// Looks at each child whenever SIGCHLD has come: one signal may stand for several ends.
class SigchldChildren {
 public:
  void watch(pid_t child) { children_.push_back(child); }
  bool watches_nobody() const { return children_.empty(); }
  std::optional<ChildEnd> take(Deadline deadline) {
    for (;;) {
      while (signal_.take(at_once)) {  // of what the look below sees
      }
      for (auto child = children_.begin(); child != children_.end(); ++child) {
        if (const auto end = reap(P_PID, static_cast<id_t>(*child), WNOHANG)) {
          children_.erase(child);
          return end;
        }
      }
      if (!signal_.take(deadline)) return std::nullopt;
    }
  }

 private:
  HandledSignal signal_{SIGCHLD};
  std::vector<pid_t> children_;
};

namespace detail {

inline constexpr Info sigchld_handler_info{
    .name = "sigchld_handler",
    .mechanism = "a handler that posts a semaphore; then each child is looked at",
    .source = "sigaction(2), sem_post(3), waitid(2)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 3,
    .on_peer_death = Survivor::told,
};
inline constexpr WatcherFacts sigchld_handler_facts{};

}  // namespace detail

using SigchldHandler =
    ChildWatcherOf<SigchldChildren, detail::sigchld_handler_info, detail::sigchld_handler_facts>;

}  // namespace handoff::signal
