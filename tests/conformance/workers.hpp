#pragma once

#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/region.hpp"
#include "harness/worker.hpp"
#include "impl/common/info.hpp"
#include "impl/common/status.hpp"

namespace handoff::conformance {

/// Generous: sanitizers and a loaded machine slow a check down thirty times.
inline constexpr Clock::duration usual_watchdog = std::chrono::seconds(120);

/// Runs each function in a worker of its own and waits for all of them. Raises when one throws,
/// dies or hangs, naming it. Processes are forked from this thread; threads run in one forked
/// process, so that a hang or a crash is an answer and not the end of the test program.
void run_workers(Peers peers, const std::vector<std::function<void()>>& work,
                 Clock::duration watchdog = usual_watchdog);

/// Runs one check in a process of its own, bounded in time; raises what it threw.
inline void run_alone(const std::function<void()>& check,
                      Clock::duration watchdog = usual_watchdog) {
  run_workers(Peers::processes, {check}, watchdog);
}

/// Waits for a team, and raises when one of its workers throws, dies or hangs, naming it.
void require_success(harness::Team& team, unsigned workers, Clock::duration watchdog);

/// Runs `work(object, number)` in each worker over one object that `build(memory)` makes: in
/// shared memory before the processes start, or in the process of the threads.
template <class Object, class Build, class Work>
void run_over(Peers peers, unsigned workers, Build build, Work work,
              Clock::duration watchdog = usual_watchdog) {
  auto memory = harness::Region::shared(sizeof(Object));
  auto* object = reinterpret_cast<Object*>(memory.data());
  auto make = [&] { build(memory.data()); };
  auto drop = [&] { std::destroy_at(object); };
  bool processes = peers == Peers::processes;
  if (processes) make();
  {
    harness::Team team({.peers = peers,
                        .workers = workers,
                        .work = [&](unsigned number) { work(*object, number); },
                        .before = make,
                        .after = drop});
    require_success(team, workers, watchdog);
  }
  if (processes) drop();
}

/// Raises std::runtime_error with the message when the condition does not hold.
inline void require(bool condition, const std::string& message) {
  if (!condition) throw std::runtime_error(message);
}

/// An object built in memory that forked children share with their parent.
template <class T>
class InSharedMemory {
 public:
  template <class... Arguments>
  explicit InSharedMemory(Arguments&&... arguments)
      : region_(harness::Region::shared(sizeof(T))),
        object_(new (region_.data()) T(std::forward<Arguments>(arguments)...)) {}
  ~InSharedMemory() { std::destroy_at(object_); }
  InSharedMemory(const InSharedMemory&) = delete;
  InSharedMemory& operator=(const InSharedMemory&) = delete;

  T& operator*() { return *object_; }
  T* operator->() { return object_; }

 private:
  harness::Region region_;
  T* object_;
};

}  // namespace handoff::conformance
