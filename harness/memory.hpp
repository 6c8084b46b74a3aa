#pragma once

#include <sys/types.h>

#include <cstdint>

namespace handoff::harness {

/// Bytes of memory that a process holds now: its proportional set size, in which a page that
/// several map counts by each one's share, so that sums over processes count nothing twice
/// (smaps_rollup of proc(5); about a millisecond for 100 MiB). 0 when there is no such process.
std::int64_t resident_bytes(pid_t process);

}  // namespace handoff::harness
