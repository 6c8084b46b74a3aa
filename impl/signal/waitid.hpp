#pragma once

#include <algorithm>
#include <vector>

#include "child_watcher_of.hpp"

namespace handoff::signal {

/// Waits for whichever child ends first.
class AnyChild {
 public:
  void watch(pid_t child) { children_.push_back(child); }
  bool watches_nobody() const { return children_.empty(); }
  std::optional<ChildEnd> take(Deadline deadline) {
    const auto end = reap(P_ALL, 0, deadline == at_once ? WNOHANG : 0);
    if (end) std::erase(children_, end->process);
    return end;
  }

 private:
  std::vector<pid_t> children_;
};

namespace detail {

inline constexpr Info waitid_info{
    .name = "waitid",
    .mechanism = "a wait for whichever child ends first",
    .source = "waitid(2)",
    .reach = Reach::processes,
    .copies_per_message = 0,
    .syscalls_per_message = 2,  // one of them to look that it is a child
    .on_peer_death = Survivor::told,
};
inline constexpr WatcherFacts waitid_facts{.timed = false, .takes_strangers = true};

}  // namespace detail

using Waitid = ChildWatcherOf<AnyChild, detail::waitid_info, detail::waitid_facts>;

}  // namespace handoff::signal
