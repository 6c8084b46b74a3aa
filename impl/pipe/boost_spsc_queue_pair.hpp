#pragma once

#include <boost/lockfree/spsc_queue.hpp>

#include "../common/waiting.hpp"
#include "parcel_lanes.hpp"

/// Boost.Lockfree's ring of one producer and one consumer; where it would wait, the caller spins.
namespace handoff {
namespace detail {

class BoostSpscLane {
 public:
  void put(Parcel* parcel) {
    if (ring_.push(parcel)) return;
    throw std::logic_error("boost_spsc_queue_pair: a lane is full");
  }
  bool take(Parcel*& parcel, Deadline deadline) {
    return Spin().wait([&] { return ring_.pop(parcel); }, deadline);
  }

 private:
  boost::lockfree::spsc_queue<Parcel*, boost::lockfree::capacity<parcel_lane_capacity>> ring_;
};

inline constexpr Info boost_spsc_queue_pair_info{
    .name = "boost_spsc_queue_pair",
    .mechanism = "rings of buffers that go back and forth",
    .source = "Boost.Lockfree spsc_queue",
    .reach = Reach::threads,
    .producers = Holders::one,
    .consumers = Holders::one,
    .waiting = Waiting::spins,
    .copies_per_message = 2,  // into the buffer that travels, and out of it
    .syscalls_per_message = 0,
};

}  // namespace detail

using BoostSpscQueuePair = ParcelPipe<detail::BoostSpscLane, detail::boost_spsc_queue_pair_info>;

static_assert(Pipe<BoostSpscQueuePair>);

}  // namespace handoff
