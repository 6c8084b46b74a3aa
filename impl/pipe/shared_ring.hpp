#pragma once

#include "../common/watching_park.hpp"
#include "byte_ring_end.hpp"

/// A ring of bytes per direction in shared memory, with a waiting policy for both sides.
namespace handoff {

/// An end that is never closed, because its process was killed, leaves the other one waiting,
/// unless the policy watches for that.
template <WaitingPolicy Wait>
class SharedRing {
 public:
  static constexpr Info info{
      .name = "shared_ring",
      .policy = Wait::name,
      .mechanism = "a ring of 1 MiB per direction, long messages in pieces",
      .producers = Holders::one,
      .consumers = Holders::one,
      .waiting = Wait::waiting,
      .copies_per_message = 2,  // into the ring, and out of it
      .syscalls_per_message = 0,
      .on_peer_death = Part<Wait>::on_peer_death,
  };
  using End = ByteRingEnd<Wait, info>;

  explicit SharedRing(PipeShape shape) : direction_(shape.direction) {}

  /// Each end once: a closed one stays closed.
  End end(unsigned i) {
    check_end(info.name, i);
    bool duplex = direction_ == Direction::duplex;
    return End(duplex || i == 1 ? &rings_[1 - i] : nullptr, duplex || i == 0 ? &rings_[i] : nullptr,
               [](Wait& waits_on, Wait& notifies) { return Part<Wait>(waits_on, notifies); });
  }
  /// Nothing to let go of: there are no descriptors.
  void abandon() {}

 private:
  detail::ByteRing<Wait> rings_[2];  ///< what ends 0 and 1 send
  Direction direction_;
};

static_assert(Pipe<SharedRing<Spin>> && Pipe<SharedRing<Park>> && Pipe<SharedRing<EventfdPark>>);

}  // namespace handoff
