#pragma once

#include <fcntl.h>

#include "../common/msg_ring_park.hpp"
#include "byte_ring_end.hpp"
#include "pipe_pair.hpp"

/// A ring of bytes per direction in shared memory. Who finds it empty or full sleeps in its own
/// io_uring; who changes that sends a message from its io_uring to that one.
namespace handoff {
namespace detail {

/// An io_uring, and a second descriptor of it for whoever sends to it. `parameters` say where its
/// parts lie.
inline OneWay message_ring(io_uring_params& parameters) {
  parameters = MsgRing::parameters();
  int ring = io_uring_setup(MsgRing::submissions, &parameters);
  if (ring < 0) throw_uring(ring, "io_uring_msg_ring: io_uring_setup");
  OneWay both{Descriptor(ring), Descriptor(::fcntl(ring, F_DUPFD_CLOEXEC, 0))};
  if (both.writer.get() == -1) throw_errno("io_uring_msg_ring: dup");
  return both;
}

inline std::string why_no_msg_ring() {
  io_uring ring{};
  io_uring_params parameters = MsgRing::parameters();
  int error = io_uring_queue_init_params(MsgRing::submissions, &ring, &parameters);
  if (error < 0) return uring_refusal(error, "5.18");
  std::unique_ptr<io_uring_probe, void (*)(io_uring_probe*)> probe(io_uring_get_probe_ring(&ring),
                                                                   io_uring_free_probe);
  io_uring_queue_exit(&ring);
  bool known = probe && io_uring_opcode_supported(probe.get(), IORING_OP_MSG_RING) != 0;
  return known ? "" : "IORING_OP_MSG_RING: not known to this kernel (Linux 5.18 is needed)";
}

inline constexpr Info io_uring_msg_ring_info{
    .name = "io_uring_msg_ring",
    .mechanism = "a shared ring of 1 MiB per direction, messages between io_urings wake sleepers",
    .source = "liburing 2.3, io_uring(7)",
    .producers = Holders::one,
    .consumers = Holders::one,
    .waiting = MsgRingPark::waiting,
    .copies_per_message = 2,  // into the ring, and out of it
    .syscalls_per_message = 0,
    .on_peer_death = Part<MsgRingPark>::on_peer_death,
    .unavailable = why_no_msg_ring,
};

}  // namespace detail

/// Each end holds the writing side of a kernel pipe, of which the other end sees that it has gone.
class IoUringMsgRing {
 public:
  static constexpr const Info& info = detail::io_uring_msg_ring_info;
  using End = ByteRingEnd<MsgRingPark, detail::io_uring_msg_ring_info>;

  explicit IoUringMsgRing(PipeShape shape)
      : direction_(shape.direction),
        urings_(ends_over(shape.peers, detail::message_ring(parameters_),
                          detail::message_ring(parameters_))),
        lifelines_(ends_over(shape.peers, detail::kernel_pipe(), detail::kernel_pipe())) {}

  /// Each end once.
  End end(unsigned i) {
    EndNumbers uring = urings_.take(info.name, i).release();
    EndNumbers lifeline = lifelines_.take(info.name, i).release();
    auto ring = std::make_shared<MsgRing>(
        parameters_, MsgRing::Descriptors{.own = Descriptor(uring.in),
                                          .other = Descriptor(uring.out),
                                          .hang_up = Descriptor(lifeline.in),
                                          .lifeline = Descriptor(lifeline.out)});
    auto part_of = [&](MsgRingPark& waits_on, MsgRingPark& notifies) {
      return Part<MsgRingPark>(ring, waits_on, notifies);
    };
    bool duplex = direction_ == Direction::duplex;
    return End(duplex || i == 1 ? &rings_[1 - i] : nullptr, duplex || i == 0 ? &rings_[i] : nullptr,
               part_of);
  }
  void abandon() {
    urings_.abandon();
    lifelines_.abandon();
  }

 private:
  Direction direction_;
  io_uring_params parameters_{};  ///< the same of both rings
  UntakenEnds urings_;            ///< in: its own; out: the other's
  UntakenEnds lifelines_;
  detail::ByteRing<MsgRingPark> rings_[2];  ///< what ends 0 and 1 send
};

static_assert(Pipe<IoUringMsgRing>);

}  // namespace handoff
