#pragma once

#include <poll.h>

#include <algorithm>
#include <utility>

#include "descriptor.hpp"
#include "uring.hpp"

namespace handoff {

/// A worker's io_uring, in which it sleeps until the other worker's io_uring sends a message to it,
/// or until that worker is gone. For one thread at a time.
///
/// A message goes to a descriptor of the other ring, which Unix sockets refuse to carry: both rings
/// are set up before the workers start, and inherited. So they have no flags that bind a ring to
/// one thread (IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_DEFER_TASKRUN); without these, the sender's
/// system call itself puts the message into the other's completion queue.
///
/// The other's descriptor keeps a ring open, with what it waits for, when its worker has been
/// killed: what is polled for a hang-up must be nothing by which this worker would be told in turn.
class MsgRing {
 public:
  /// What the rings are set up with; the kernel adds where their parts lie.
  static io_uring_params parameters() {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_CQSIZE;
    parameters.cq_entries = completions;
    return parameters;
  }
  /// One at a time is submitted. Of one entry, also the kernel's index of entries is right as it
  /// is: liburing 2.3 fills it in io_uring_queue_init alone.
  static constexpr unsigned submissions = 1;

  struct Descriptors {
    Descriptor own;
    Descriptor other;     ///< of the other worker's ring
    Descriptor hang_up;   ///< of a pipe whose other side is the other worker's lifeline
    Descriptor lifeline;  ///< only held, for as long as this worker lives
  };

  MsgRing(io_uring_params parameters, Descriptors descriptors)
      : descriptors_(std::move(descriptors)) {
    int error = io_uring_queue_mmap(descriptors_.own.get(), &parameters, &ring_);
    if (error < 0) throw_uring(error, "io_uring_queue_mmap");
    descriptors_.own.release();            // now the ring's, which closes it
    ring_.features = parameters.features;  // liburing 2.3 sets it in io_uring_queue_init alone
  }
  ~MsgRing() { io_uring_queue_exit(&ring_); }
  MsgRing(const MsgRing&) = delete;
  MsgRing& operator=(const MsgRing&) = delete;

  void send() {
    io_uring_sqe* entry = free_entry();
    io_uring_prep_msg_ring(entry, descriptors_.other.get(), 0, from_other, 0);
    submit(entry, own_message, IOSQE_CQE_SKIP_SUCCESS);
    take_completions();  // has it failed?
  }

  /// Whether the other worker is gone, as far as the completions tell that are there by now.
  bool other_is_gone() {
    take_completions();
    if (!watching_ && !gone_) {
      io_uring_sqe* entry = free_entry();
      io_uring_prep_poll_add(entry, descriptors_.hang_up.get(), POLLHUP);
      submit(entry, other_hung_up, 0);
      watching_ = true;
      take_completions();
    }
    return gone_;
  }

  /// Until there is a completion, or the deadline has passed; at times for nothing.
  void sleep(Deadline deadline) {
    io_uring_cqe* first = nullptr;
    int error = 0;
    if (deadline == never) {
      error = io_uring_wait_cqe(&ring_, &first);
    } else {
      auto rest = std::max(deadline - Clock::now(), Clock::duration::zero());
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rest);
      __kernel_timespec left{.tv_sec = seconds.count(),
                             .tv_nsec = std::chrono::nanoseconds(rest - seconds).count()};
      error = io_uring_wait_cqe_timeout(&ring_, &first, &left);
    }
    if (error < 0 && error != -ETIME && error != -EINTR) throw_uring(error, "io_uring_wait_cqe");
  }

 private:
  /// What a completion is of.
  enum Kind : std::uint64_t { from_other, own_message, other_hung_up };

  /// More than can be there at once. Whoever is about to ask for a message takes what has come, so
  /// that at most two follow: that one, and one that was on its way. Beside them there may be the
  /// hang-up, and one message of its own that has failed.
  static constexpr unsigned completions = 8;

  io_uring_sqe* free_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) throw_uring(-EBUSY, "io_uring_get_sqe");  // a submission has failed
    return entry;
  }

  void submit(io_uring_sqe* entry, Kind kind, unsigned flags) {
    io_uring_sqe_set_data64(entry, kind);
    io_uring_sqe_set_flags(entry, flags);
    int submitted = io_uring_submit(&ring_);
    if (submitted < 0) throw_uring(submitted, "io_uring_submit");
  }

  void take_completions() {
    io_uring_cqe* next = nullptr;
    while (io_uring_peek_cqe(&ring_, &next) == 0) {
      io_uring_cqe completion = *next;
      io_uring_cqe_seen(&ring_, next);
      take(completion);
    }
  }
  void take(const io_uring_cqe& completion) {
    if (completion.user_data == from_other) return;  // it has woken this worker: all it is for
    if (completion.user_data == other_hung_up) {
      watching_ = false;
      if (completion.res == -ECANCELED) return;  // the thread that asked for it has ended
      gone_ = completion.res > 0;
    }
    if (completion.res < 0) throw_uring(completion.res, "io_uring message, or wait for a hang-up");
  }

  io_uring ring_{};
  Descriptors descriptors_;
  bool watching_ = false;
  bool gone_ = false;
};

}  // namespace handoff
