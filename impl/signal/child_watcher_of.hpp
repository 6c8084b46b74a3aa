#pragma once

#include <sys/wait.h>

#include "signal_workers.hpp"

namespace handoff::signal {

/// Reaps a child that has ended, and tells how; nothing while it has not, where `options` say
/// WNOHANG.
inline std::optional<ChildEnd> reap(idtype_t kind, id_t id, int options) {
  siginfo_t info{};
  while (::waitid(kind, id, &info, WEXITED | options) == -1) {
    if (errno != EINTR) throw_errno("waitid of " + std::to_string(id));
  }
  if (info.si_pid == 0) return std::nullopt;
  return ChildEnd{info.si_pid, info.si_code == CLD_EXITED ? info.si_status : -info.si_status};
}

/// A watcher by one mechanism, which keeps the children that it watches, and reaps one that has
/// ended.
template <class Mechanism, const Info& its_info, const WatcherFacts& its_facts>
class ChildWatcherOf {
 public:
  static constexpr const Info& info = its_info;
  static constexpr const WatcherFacts& facts = its_facts;

  explicit ChildWatcherOf(SignalShape shape) : workers_(info, shape) {}

  class Handle {
   public:
    void watch(pid_t child) {
      (void)reap(P_PID, static_cast<id_t>(child), WNOHANG | WNOWAIT);  // raises where it is none
      mechanism_.watch(child);
    }
    std::optional<ChildEnd> wait(Deadline deadline = never) {
      if (!facts.timed && deadline != never && deadline != at_once) {
        throw std::invalid_argument(std::string(info.name) + ": a wait until a time");
      }
      if (mechanism_.watches_nobody()) {
        throw std::logic_error(std::string(info.name) + ": a wait for nobody");
      }
      return mechanism_.take(deadline);
    }

   private:
    Mechanism mechanism_;
  };

  Handle handle(unsigned worker) {
    workers_.check(info, worker);
    return Handle();
  }

 private:
  SignalWorkers workers_;
};

}  // namespace handoff::signal
