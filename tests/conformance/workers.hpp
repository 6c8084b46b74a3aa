#pragma once

#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "harness/region.hpp"
#include "impl/common/info.hpp"

namespace handoff::conformance {

/// Runs each function in a worker of its own and waits for all of them. Raises when one throws,
/// dies or hangs, naming it. Processes are forked from this thread; threads run in one forked
/// process, so that a hang or a crash is an answer and not the end of the test program.
void run_workers(Peers peers, const std::vector<std::function<void()>>& work);

/// Runs one check in a process of its own, bounded in time; raises what it threw.
inline void run_alone(const std::function<void()>& check) {
  run_workers(Peers::processes, {check});
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
