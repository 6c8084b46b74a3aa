#pragma once

#include <sys/types.h>

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

/// Of a thread or a process's main thread of this machine, read from /proc, while it sleeps: a
/// running one is behind by up to a tick. Raises when it does not exist.
Cost cost_of(pid_t id);

/// How often the scheduler has moved the thread to another CPU; -1 where the kernel does not say.
std::int64_t migrations_of(pid_t id);

}  // namespace handoff::harness
