#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/bell.hpp"
#include "harness/region.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/common/info.hpp"
#include "impl/common/status.hpp"

namespace handoff::harness {

/// How a worker ended; `stopped` by us, because another had failed or the work was over.
struct Fate {
  enum class Kind { running, finished, threw, exited, killed, hung, stopped };
  Kind kind = Kind::running;
  int code = 0;         ///< exit status, or the signal that killed it
  std::string message;  ///< of what it threw
};

/// "threw: ...", "was killed by signal 9 (Killed)", ...
std::string describe(const Fate& fate);

struct TeamPlan {
  Peers peers = Peers::threads;
  unsigned workers = 1;
  /// What each worker does, by its number.
  std::function<void(unsigned)> work;
  /// Threads only: runs in their process before the first and after the last of them.
  std::function<void()> before = [] {};
  std::function<void()> after = [] {};
  /// Rung whenever a worker has ended; workers may ring it too.
  std::shared_ptr<Bell> bell = std::make_shared<Bell>();
};

/// Workers that are forked processes, or the threads of one forked process: either way a hang or
/// a crash can be ended from outside. They die with this process, even when it is killed. Start
/// it while this process has one thread; use it from the thread that started it.
class Team {
 public:
  /// Raises when a process cannot be started, and then leaves none.
  explicit Team(const TeamPlan& plan);
  /// Kills and reaps whoever still runs.
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  /// Looks, without waiting, for a worker that has failed; its number.
  std::optional<unsigned> failed();
  /// Sleeps until a worker ends, whatever of, or the bell is rung, or the deadline has passed; may
  /// return early. Sets no timer but the deadline's: one that is due soon keeps an idle CPU from
  /// its deeper sleep, and so changes what a wake-up costs to those who are measured.
  void wait(Deadline deadline);
  /// Waits until all have ended, or one has failed, or the deadline has passed; then kills the
  /// rest. Those who had to be killed because time was over have hung.
  void finish(Deadline deadline);
  /// Ends all at once.
  void kill();
  Fate fate(unsigned worker) const;
  pid_t process(unsigned worker) const;

 private:
  struct Slot;
  struct Child {
    pid_t pid = -1;
    Descriptor pidfd;
    bool reaped = false;
  };

  void start(const TeamPlan& plan);
  void run_threads(const TeamPlan& plan);
  void run_slot(const TeamPlan& plan, unsigned worker);
  void reap(bool wait);
  void record_end(std::size_t child, int status);
  void mark_running_as(Fate::Kind kind);
  bool all_reaped() const;

  Peers peers_;
  unsigned workers_;
  std::shared_ptr<Bell> bell_;
  Region slots_memory_;
  Slot* slots_;
  std::vector<Child> children_;
};

}  // namespace handoff::harness
