#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"

namespace handoff {

/// How full a queue is whose library does not tell: every end counts what it has moved, alone on
/// a line of its own, so that counting makes no two ends contend. Not an implementation.
class EndCounts {
 public:
  static constexpr unsigned most_ends = 64;  // of each kind; shared memory has no room to grow

  void count_put(unsigned producer) { increment(puts_[producer]); }
  void count_got(unsigned consumer) { increment(gots_[consumer]); }

  /// Exact when quiet; a put counts once it is complete.
  std::size_t size() const {
    std::uint64_t gots = sum(gots_);
    std::uint64_t puts = sum(puts_);
    return puts > gots ? puts - gots : 0;  // an item can be taken before its put is counted
  }

 private:
  struct alignas(isolation) Count {
    Atomic<std::uint64_t> value{0};
  };
  using Counts = std::array<Count, most_ends>;

  static void increment(Count& count) {
    // One writer each, so that no read-modify-write is needed. release and acquire: who has been
    // told of a completed put sees it counted.
    count.value.store(count.value.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  static std::uint64_t sum(const Counts& counts) {
    std::uint64_t total = 0;
    for (const Count& count : counts) total += count.value.load(std::memory_order_acquire);
    return total;
  }

  Counts puts_;
  Counts gots_;
};

}  // namespace handoff
