#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include "parcel_lanes.hpp"

/// moodycamel's BlockingReaderWriterQueue, as its author advises: sized beforehand, so that
/// try_enqueue always finds room and never allocates; the consumer sleeps on its semaphore.
namespace handoff {
namespace detail {

class MoodycamelLane {
 public:
  void put(Parcel* parcel) {
    if (queue_.try_enqueue(parcel)) return;
    throw std::logic_error("moodycamel_reader_writer_queue_pair: a lane is full");
  }
  bool take(Parcel*& parcel, Deadline deadline) {
    if (deadline == never) {
      queue_.wait_dequeue(parcel);
      return true;
    }
    if (queue_.try_dequeue(parcel)) return true;
    if (deadline == at_once) return false;
    while (Clock::now() < deadline) {
      auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - Clock::now());
      if (left.count() > 0 && queue_.wait_dequeue_timed(parcel, left)) return true;
    }
    return queue_.try_dequeue(parcel);
  }

 private:
  moodycamel::BlockingReaderWriterQueue<Parcel*> queue_{parcel_lane_capacity};
};

inline constexpr Info moodycamel_reader_writer_queue_pair_info{
    .name = "moodycamel_reader_writer_queue_pair",
    .mechanism = "blocking queues of buffers that go back and forth",
    .source = "moodycamel BlockingReaderWriterQueue 1.0.6",
    .reach = Reach::threads,
    .producers = Holders::one,
    .consumers = Holders::one,
    .waiting = Waiting::spins_then_blocks,  // 1,024 looks in its semaphore
    .copies_per_message = 2,                // into the buffer that travels, and out of it
    .syscalls_per_message = 0,
};

}  // namespace detail

using MoodycamelReaderWriterQueuePair =
    ParcelPipe<detail::MoodycamelLane, detail::moodycamel_reader_writer_queue_pair_info>;

static_assert(Pipe<MoodycamelReaderWriterQueuePair>);

}  // namespace handoff
