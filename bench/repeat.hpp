#pragma once

#include <algorithm>
#include <cstdint>

#include "harness/clock.hpp"

namespace handoff::bench {

/// Calls `operation(n)` with n = 0, 1, 2 ... until `length_ns` have passed, and returns how many
/// calls that were. Looks at the clock about every 10 us, which costs less than 1 % of them, and
/// after each call that takes longer.
template <class Operation>
std::uint64_t repeat_for(std::uint64_t length_ns, Operation operation) {
  constexpr std::int64_t glance_ns = 10'000;
  std::int64_t last = harness::now_ns();
  const std::int64_t end = last + static_cast<std::int64_t>(length_ns);
  std::uint64_t done = 0;
  for (std::uint64_t batch = 1;;) {
    for (std::uint64_t n = 0; n < batch; ++n) operation(done + n);
    done += batch;
    std::int64_t now = harness::now_ns();
    if (now >= end) return done;
    batch = now - last < glance_ns ? 2 * batch : std::max<std::uint64_t>(batch / 4, 1);
    last = now;
  }
}

}  // namespace handoff::bench
