#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include "../common/info.hpp"
#include "../common/status.hpp"

/// Pipe: two ends exchange messages of any number of bytes, whole and in order.
///
/// The object is built before the workers start, in shared memory if they are processes. Each
/// worker takes its end once, by `end(0)` or `end(1)`; in a process of its own it thereby closes
/// the other's descriptors. A parent that keeps no end calls `abandon()` once its children run,
/// else nobody would ever see the end of file.
///
/// `send` blocks until the message is handed over, and returns closed when the other end has
/// gone (never SIGPIPE). `receive` blocks for a message and returns closed after the last one
/// once the other end has closed. A message longer than the buffer raises MessageTooLong and can
/// still be received. A one-way pipe carries messages from end 0 to end 1 only; the wrong
/// direction raises std::logic_error. Destroying an end closes it.
namespace handoff {

enum class Direction { duplex, one_way };

struct PipeShape {
  Peers peers = Peers::threads;
  Direction direction = Direction::duplex;
};

struct Received {
  Status status = Status::closed;
  std::size_t bytes = 0;
};

class MessageTooLong : public std::length_error {
 public:
  MessageTooLong(std::string_view pipe, std::size_t needed, std::size_t given)
      : std::length_error(std::string(pipe) + ": the message has " + std::to_string(needed) +
                          " B, the buffer " + std::to_string(given) + " B"),
        needed_(needed) {}
  /// Bytes that the buffer must have.
  std::size_t needed() const { return needed_; }

 private:
  std::size_t needed_;
};

/// Raises for an end that no pipe has.
inline void check_end(std::string_view pipe, unsigned i) {
  if (i <= 1) return;
  throw std::out_of_range(std::string(pipe) + ": end " + std::to_string(i) +
                          ", where the last is 1");
}

template <class End>
concept PipeEnd = std::movable<End> && requires(End end, std::span<const std::byte> message,
                                                std::span<std::byte> buffer, Deadline deadline) {
  { end.send(message) } -> std::same_as<Status>;
  { end.receive(buffer) } -> std::same_as<Received>;
  { end.poll(deadline) } -> std::same_as<bool>;  // true also at end of file
  { end.descriptor() } -> std::same_as<int>;     // pollable for input, or -1
  end.close();
};

template <class P>
concept Pipe = requires(P pipe, PipeShape shape, unsigned i) {
  { P::info } -> std::convertible_to<Info>;
  {P(shape)};
  { pipe.end(i) } -> PipeEnd;
  pipe.abandon();
};

}  // namespace handoff
