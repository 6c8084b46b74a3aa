#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "../common/atomic.hpp"
#include "../common/cpu.hpp"
#include "../common/watching_park.hpp"
#include "contract.hpp"

/// A ring of bytes in shared memory per direction; longer messages stream through in pieces.
namespace handoff {
namespace detail {

/// More than half of a core's second-level cache, so that a writer that comes round finds its lines
/// in the shared third level: fetched back from the other core's second level, which a ring of 64
/// KiB stays in, long messages take two to seven times as long.
inline constexpr std::size_t ring_bytes = 1024 * 1024;
/// Published at a time, so that the reader copies one piece while the writer copies the next.
inline constexpr std::size_t ring_piece = 16 * 1024;
/// Space given back at a time: the writer's wait for one piece ends before all of it is needed.
inline constexpr std::size_t ring_release = 8 * 1024;

using RingLength = std::uint64_t;

/// Messages start at multiples of the length's size, so that a length is never wrapped.
constexpr std::size_t ring_padded(std::size_t bytes) {
  return (bytes + sizeof(RingLength) - 1) / sizeof(RingLength) * sizeof(RingLength);
}

/// What a ring asks of a policy: its orders, and a part for each worker.
template <class Wait>
concept RingWaiting = requires(Part<Wait> part, bool (*ready)()) {
  { Wait::publish } -> std::convertible_to<std::memory_order>;
  { Wait::observe } -> std::convertible_to<std::memory_order>;
  { part.wait(ready, never) } -> std::same_as<bool>;
  part.notify();
};

/// Positions count bytes since the beginning; they are never wrapped.
template <RingWaiting Wait>
struct ByteRing {
  // The writer's, the reader's, and what each sleeps on, apart: they are written by different
  // CPUs at different times.
  alignas(isolation) Atomic<std::uint64_t> written{0};
  Atomic<bool> writer_closed{false};
  alignas(isolation) Atomic<std::uint64_t> read{0};
  Atomic<bool> reader_closed{false};
  alignas(isolation) Wait data;
  alignas(isolation) Wait space;
  alignas(isolation) std::byte bytes[ring_bytes];

  void copy_in(std::uint64_t position, const std::byte* from, std::size_t count) {
    std::size_t offset = position % ring_bytes;
    std::size_t first = std::min(count, ring_bytes - offset);
    std::memcpy(bytes + offset, from, first);
    if (count > first) std::memcpy(bytes, from + first, count - first);
  }
  void copy_out(std::uint64_t position, std::byte* to, std::size_t count) const {
    std::size_t offset = position % ring_bytes;
    std::size_t first = std::min(count, ring_bytes - offset);
    std::memcpy(to, bytes + offset, first);
    if (count > first) std::memcpy(to + first, bytes, count - first);
  }
};

template <RingWaiting Wait>
class RingWriter {
 public:
  /// `part` waits on the ring's space.
  RingWriter(ByteRing<Wait>& ring, Part<Wait> part)
      : ring_(&ring),
        part_(std::move(part)),
        position_(ring.written.load(std::memory_order_relaxed)),  // nobody writes but this one
        read_(ring.read.load(Wait::observe)) {}  // what was read may be overwritten

  Status send(std::span<const std::byte> message) {
    RingLength length = message.size();
    std::size_t piece = std::min(message.size(), ring_piece - sizeof(length));
    if (!wait_for_space(sizeof(length) + ring_padded(piece))) return Status::closed;
    ring_->copy_in(position_, reinterpret_cast<const std::byte*>(&length), sizeof(length));
    position_ += sizeof(length);
    for (;;) {
      if (piece > 0) ring_->copy_in(position_, message.data(), piece);
      position_ += ring_padded(piece);
      ring_->written.store(position_, Wait::publish);  // the bytes before their position
      part_.notify();
      message = message.subspan(piece);
      if (message.empty()) return Status::ok;
      piece = std::min(message.size(), ring_piece);
      if (!wait_for_space(ring_padded(piece))) return Status::closed;
    }
  }

  void close() {
    ring_->writer_closed.store(true, Wait::publish);  // after the last message
    part_.notify();
  }

 private:
  bool wait_for_space(std::size_t bytes) {
    // relaxed: only tells to stop, orders nothing; the wait below observes it anew.
    if (ring_->reader_closed.load(std::memory_order_relaxed)) return false;
    if (position_ - read_ + bytes <= ring_bytes) return true;
    bool closed = false;
    auto ready = [&] {
      read_ = ring_->read.load(Wait::observe);  // read before it is overwritten
      closed = ring_->reader_closed.load(Wait::observe);
      return closed || position_ - read_ + bytes <= ring_bytes;
    };
    try {
      (void)part_.wait(ready, never);
    } catch (const PeerDied&) {
      return false;
    }
    return !closed;
  }

  ByteRing<Wait>* ring_;
  Part<Wait> part_;
  std::uint64_t position_;  ///< own copy: what others write to shared memory is not relied on
  std::uint64_t read_;      ///< cached: looked up again only when the ring seems full
};

template <RingWaiting Wait>
class RingReader {
 public:
  /// `part` waits on the ring's data.
  RingReader(ByteRing<Wait>& ring, Part<Wait> part)
      : ring_(&ring),
        part_(std::move(part)),
        position_(ring.read.load(std::memory_order_relaxed)),  // nobody reads but this one
        released_(position_),
        written_(ring.written.load(Wait::observe)) {}  // the bytes behind it are read

  /// Raises std::runtime_error when the writer closed in the middle of a message.
  Received receive(std::span<std::byte> buffer, std::string_view pipe) {
    if (!length_ && !read_length()) return {};
    if (*length_ > buffer.size()) throw MessageTooLong(pipe, *length_, buffer.size());
    std::size_t length = *length_;
    length_.reset();
    for (std::size_t filled = 0; filled < length;) {
      if (!wait_for_data(never)) {
        throw std::runtime_error(std::string(pipe) + ": the other end went after " +
                                 std::to_string(filled) + " of " + std::to_string(length) +
                                 " B of a message");
      }
      std::size_t piece = std::min(length - filled, available());
      ring_->copy_out(position_, buffer.data() + filled, piece);
      filled += piece;
      advance(ring_padded(piece));
    }
    return {Status::ok, length};
  }

  bool poll(Deadline deadline) {
    return length_ || available() > 0 || wait_until_data_or_end(deadline);
  }

  void close() {
    ring_->reader_closed.store(true, Wait::publish);
    part_.notify();
  }

 private:
  /// At most a piece, whatever the other side has written there.
  std::size_t available() const { return std::min<std::size_t>(written_ - position_, ring_piece); }
  bool look() {
    written_ = ring_->written.load(Wait::observe);  // the position before the bytes
    return available() > 0;
  }
  bool closed() const { return ring_->writer_closed.load(Wait::observe); }

  bool wait_until_data_or_end(Deadline deadline) {
    try {
      return part_.wait([&] { return look() || closed(); }, deadline);
    } catch (const PeerDied&) {
      return true;  // as when it had closed
    }
  }

  /// False at end of file.
  bool wait_for_data(Deadline deadline) {
    if (available() > 0) return true;
    (void)wait_until_data_or_end(deadline);
    return available() > 0 || look();  // what was written before it was closed
  }

  bool read_length() {
    if (!wait_for_data(never)) return false;
    RingLength length = 0;
    ring_->copy_out(position_, reinterpret_cast<std::byte*>(&length), sizeof(length));
    length_ = length;
    advance(sizeof(length));
    return true;
  }

  void advance(std::size_t bytes) {
    position_ += bytes;
    if (position_ - released_ < ring_release) return;
    released_ = position_;
    ring_->read.store(position_, Wait::publish);  // after the bytes have been copied out
    part_.notify();
  }

  ByteRing<Wait>* ring_;
  Part<Wait> part_;
  std::uint64_t position_;
  std::uint64_t released_;             ///< what the writer knows of position_
  std::uint64_t written_;              ///< cached: looked up again only when the ring seems empty
  std::optional<std::size_t> length_;  ///< of a message whose length has been read
};

}  // namespace detail

}  // namespace handoff
