#pragma once

#include <memory>
#include <utility>

#include "atomic.hpp"
#include "msg_ring.hpp"
#include "waiting.hpp"
#include "watching_park.hpp"

namespace handoff {

/// Says in shared memory that a worker sleeps in its MsgRing. For one waiter and one who notifies.
///
/// No wake-up is lost, by the same argument as for Park: the waiter says so and then looks again,
/// the notifier publishes and then looks whether it said so.
class MsgRingPark {
 public:
  static constexpr Waiting waiting = Waiting::blocks;
  static constexpr auto publish = std::memory_order_seq_cst;
  static constexpr auto observe = std::memory_order_seq_cst;

 private:
  friend class Part<MsgRingPark>;
  Atomic<bool> sleeping_{false};
};

template <>
class Part<MsgRingPark> {
 public:
  static constexpr Survivor on_peer_death = Survivor::told;

  /// Both parts of a worker share its ring.
  Part(std::shared_ptr<MsgRing> ring, MsgRingPark& waits_on, MsgRingPark& notifies)
      : ring_(std::move(ring)), waits_on_(&waits_on), notifies_(&notifies) {}

  /// Raises PeerDied when the other worker is gone and it is still not ready.
  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    if (ready()) return true;
    for (;;) {
      bool gone = ring_->other_is_gone();
      waits_on_->sleeping_.store(true, std::memory_order_seq_cst);
      bool is_ready = ready();
      if (is_ready || gone || detail::passed(deadline)) {
        // relaxed: seen late, it costs one message.
        waits_on_->sleeping_.store(false, std::memory_order_relaxed);
        if (gone && !is_ready) throw PeerDied();
        return is_ready;
      }
      ring_->sleep(deadline);
    }
  }

  /// One message for each time that the other has said that it sleeps.
  void notify() {
    if (!notifies_->sleeping_.load(std::memory_order_seq_cst)) return;
    // relaxed: only one message or none; the ring orders the rest.
    if (notifies_->sleeping_.exchange(false, std::memory_order_relaxed)) ring_->send();
  }

 private:
  std::shared_ptr<MsgRing> ring_;
  MsgRingPark* waits_on_;
  MsgRingPark* notifies_;
};

}  // namespace handoff
