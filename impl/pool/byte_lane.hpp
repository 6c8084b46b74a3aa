#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "prefork_worker.hpp"

namespace handoff::detail {

/// A ring of bytes from one writer to one reader in shared memory. Positions count all bytes ever
/// written and read, so that full and empty differ.
class ByteLane {
 public:
  /// Half of a typical first-level cache; a power of two, so that a position's place is a mask.
  static constexpr std::size_t capacity = 16384;

  /// Writes as many bytes of the parts as there is room for, and publishes them together.
  std::size_t write(const Parts& parts) {
    std::uint64_t at = written_.load(std::memory_order_relaxed);  // own
    std::size_t wanted = bytes_of(parts);
    if (capacity - (at - read_seen_) < wanted) read_seen_ = read_.load(std::memory_order_acquire);
    std::size_t room = capacity - (at - read_seen_);
    std::size_t first = std::min(parts[0].size(), room);
    std::size_t second = std::min(parts[1].size(), room - first);
    if (first + second == 0) return 0;
    copy_in(at, parts[0].first(first));
    copy_in(at + first, parts[1].first(second));
    // seq_cst: release for the bytes, and ordered before the look for sleepers in notify.
    written_.store(at + first + second, std::memory_order_seq_cst);
    return first + second;
  }

  std::size_t read(std::span<std::byte> to) {
    std::uint64_t at = read_.load(std::memory_order_relaxed);  // own
    if (written_seen_ - at < to.size()) written_seen_ = written_.load(std::memory_order_acquire);
    std::size_t count = std::min<std::size_t>(to.size(), written_seen_ - at);
    if (count == 0) return 0;
    std::size_t before_wrap = std::min(count, capacity - at % capacity);
    std::memcpy(to.data(), bytes_ + at % capacity, before_wrap);
    std::memcpy(to.data() + before_wrap, bytes_, count - before_wrap);
    // seq_cst: release after the copies, and ordered before the look for sleepers in notify.
    read_.store(at + count, std::memory_order_seq_cst);
    return count;
  }

  /// seq_cst: ordered after the count of sleepers of the one who waits by this.
  std::size_t used() const {
    return written_.load(std::memory_order_seq_cst) - read_.load(std::memory_order_seq_cst);
  }

 private:
  void copy_in(std::uint64_t at, std::span<const std::byte> from) {
    if (from.empty()) return;
    std::size_t before_wrap = std::min(from.size(), capacity - at % capacity);
    std::memcpy(bytes_ + at % capacity, from.data(), before_wrap);
    std::memcpy(bytes_, from.data() + before_wrap, from.size() - before_wrap);
  }

  // Each side's line holds its position and what it last saw of the other's.
  alignas(isolation) Atomic<std::uint64_t> written_{0};
  std::uint64_t read_seen_ = 0;
  alignas(isolation) Atomic<std::uint64_t> read_{0};
  std::uint64_t written_seen_ = 0;
  alignas(isolation) std::byte bytes_[capacity];
};

}  // namespace handoff::detail
