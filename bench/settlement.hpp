#pragma once

#include <atomic>
#include <cstdint>

#include "harness/crew.hpp"

namespace handoff::bench {

/// Settles what all workers have added to a total in a phase against what it is after it. In memory
/// that they share.
class Settlement {
 public:
  explicit Settlement(unsigned workers) : workers_(workers) {}

  /// Each worker calls it after each phase; `total()` is asked for once.
  template <class Total>
  void settle(harness::Report& report, std::uint64_t added, Total total) {
    report.balance += added;
    // acq_rel: the last one, which settles, comes after every addition and former settlement.
    if (finished_.fetch_add(1, std::memory_order_acq_rel) % workers_ != workers_ - 1) return;
    const std::uint64_t now = total();
    report.balance -= now - settled_;
    settled_ = now;
  }

 private:
  unsigned workers_;
  std::atomic<std::uint64_t> finished_{0};  ///< workers that have, in all phases
  std::uint64_t settled_ = 0;               ///< the total after the phase before
};

}  // namespace handoff::bench
