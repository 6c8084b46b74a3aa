#pragma once

#include "../common/descriptor.hpp"
#include "contract.hpp"
#include "untaken_ends.hpp"

/// Pipes whose ends are made of pairs of descriptors that belong together.
namespace handoff {

/// What is written to the one is read from the other.
struct OneWay {
  Descriptor reader;
  Descriptor writer;
};

/// The ends of a pipe that has one such pair per direction.
inline UntakenEnds ends_over(Peers peers, OneWay to_second, OneWay to_first) {
  return UntakenEnds(peers, {.in = to_first.reader.release(), .out = to_second.writer.release()},
                     {.in = to_second.reader.release(), .out = to_first.writer.release()});
}

/// A pipe over such a pair per direction; `make` raises what keeps it from making one.
template <const Info& its_info, class ItsEnd, OneWay (*make)()>
class OneWayPairs {
 public:
  static constexpr const Info& info = its_info;
  using End = ItsEnd;

  explicit OneWayPairs(PipeShape shape)
      : OneWayPairs(shape.peers, make(), shape.direction == Direction::duplex ? make() : OneWay()) {
  }

  End end(unsigned i) { return End(ends_.take(info.name, i)); }
  void abandon() { ends_.abandon(); }

 private:
  OneWayPairs(Peers peers, OneWay to_second, OneWay to_first)
      : ends_(ends_over(peers, std::move(to_second), std::move(to_first))) {}

  UntakenEnds ends_;
};

/// Two sockets connected with each other.
struct Sockets {
  Descriptor first;
  Descriptor second;
};

/// A pipe over two sockets that each send and receive.
template <const Info& its_info, class ItsEnd, Sockets (*make)()>
class SocketPair {
 public:
  static constexpr const Info& info = its_info;
  using End = ItsEnd;

  explicit SocketPair(PipeShape shape) : SocketPair(shape, make()) {}

  End end(unsigned i) { return End(ends_.take(info.name, i)); }
  void abandon() { ends_.abandon(); }

 private:
  SocketPair(PipeShape shape, Sockets sockets)
      : ends_(shape.peers, socket_end(shape.direction, 0, sockets.first.release()),
              socket_end(shape.direction, 1, sockets.second.release())) {}

  UntakenEnds ends_;
};

}  // namespace handoff
