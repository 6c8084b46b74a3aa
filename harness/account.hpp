#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace handoff::harness {

/// What running has cost a thread, or a sum over several.
struct Cost {
  std::int64_t cpu_ns = 0;  ///< processor time, user and system
  std::int64_t voluntary_switches = 0;
  std::int64_t involuntary_switches = 0;

  Cost& operator+=(const Cost& other) {
    cpu_ns += other.cpu_ns;
    voluntary_switches += other.voluntary_switches;
    involuntary_switches += other.involuntary_switches;
    return *this;
  }
  friend Cost operator-(Cost a, const Cost& b) {
    a.cpu_ns -= b.cpu_ns;
    a.voluntary_switches -= b.voluntary_switches;
    a.involuntary_switches -= b.involuntary_switches;
    return a;
  }
};

/// Of the calling thread, up to now. About a microsecond.
Cost cost_of_this_thread();

/// Of all threads of the calling process, up to now, also of those that have ended.
Cost cost_of_this_process();

/// How many threads the calling process has.
std::size_t threads_of_this_process();
bool is_thread_of_this_process(pid_t id);

/// Of another process with all its threads, or of a thread of this one. A thread's is read from
/// /proc, where it is behind by up to a tick unless the thread sleeps. Raises when there is none.
Cost cost_of(pid_t id);

/// Of those children of the calling process that have ended and been waited for, up to now, and of
/// theirs.
Cost cost_of_ended_children();

/// How often the scheduler has moved the thread to another CPU; -1 where the kernel does not say.
std::int64_t migrations_of(pid_t id);

}  // namespace handoff::harness
