#pragma once

#include <fcntl.h>
#include <signal.h>

#include <atomic>

#include "../common/descriptor.hpp"
#include "framing.hpp"

/// Two kernel pipes, one per direction; messages are framed by their length.
namespace handoff {
namespace detail {

/// pwritev2: fail with EPIPE and raise no SIGPIPE. Since Linux 6.18; the C library does not name
/// it yet.
inline constexpr int no_signal_flag = 0x100;

/// On older kernels: keeps SIGPIPE from this thread, and takes back one that the write has
/// raised. Costs two system calls per write.
class SigpipeHeldBack {
 public:
  SigpipeHeldBack() {
    sigemptyset(&pipe_signal_);
    sigaddset(&pipe_signal_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal_, &before_);
    if (sigismember(&before_, SIGPIPE)) {  // else none can have been left pending
      sigset_t pending;
      sigpending(&pending);
      callers_own_ = sigismember(&pending, SIGPIPE);
    }
  }
  ~SigpipeHeldBack() {
    int why = errno;
    bool ours = why == EPIPE && !callers_own_;
    timespec no_wait{};
    while (ours && sigtimedwait(&pipe_signal_, nullptr, &no_wait) == -1 && errno == EINTR) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = why;
  }
  SigpipeHeldBack(const SigpipeHeldBack&) = delete;
  SigpipeHeldBack& operator=(const SigpipeHeldBack&) = delete;

 private:
  sigset_t pipe_signal_;
  sigset_t before_;
  bool callers_own_ = false;
};

inline ssize_t write_holding_sigpipe_back(int descriptor, iovec* vectors, int count) {
  SigpipeHeldBack held_back;
  errno = 0;
  return ::writev(descriptor, vectors, count);
}

inline ssize_t write_to_pipe(int descriptor, iovec* vectors, int count) {
  static std::atomic<bool> kernel_knows_flag{true};
  if (kernel_knows_flag.load(std::memory_order_relaxed)) {  // a hint: orders nothing
    ssize_t written = ::pwritev2(descriptor, vectors, count, -1, no_signal_flag);
    if (written != -1 || (errno != EOPNOTSUPP && errno != ENOSYS)) return written;
    kernel_knows_flag.store(false, std::memory_order_relaxed);
  }
  return write_holding_sigpipe_back(descriptor, vectors, count);
}

inline constexpr Info pipe_pair_info{
    .name = "pipe_pair",
    .mechanism = "a kernel pipe per direction, messages framed by their length",
    .source = "pipe2(2)",
    .producers = Holders::one,  // longer messages of two senders would mix
    .consumers = Holders::one,
    .copies_per_message = 2,
    .syscalls_per_message = 3,  // one write; two reads, of the length and of the message
    .on_peer_death = Survivor::told,
};

}  // namespace detail

class PipePair {
 public:
  static constexpr const Info& info = detail::pipe_pair_info;
  using End = FramedEnd<detail::pipe_pair_info, detail::write_to_pipe>;

  explicit PipePair(PipeShape shape)
      : PipePair(shape, OneWay(), shape.direction == Direction::duplex ? OneWay() : OneWay(-1)) {}

  End end(unsigned i) { return End(ends_.take(i)); }
  void abandon() { ends_.abandon(); }

 private:
  struct OneWay {
    Descriptor reader;
    Descriptor writer;

    explicit OneWay(int none) : reader(none), writer(none) {}
    OneWay() {
      int both[2];
      if (::pipe2(both, O_CLOEXEC) == -1) throw_errno("pipe_pair: pipe2");
      reader.reset(both[0]);
      writer.reset(both[1]);
    }
  };

  PipePair(PipeShape shape, OneWay to_second, OneWay to_first)
      : ends_(shape.peers, {.in = to_first.reader.release(), .out = to_second.writer.release()},
              {.in = to_second.reader.release(), .out = to_first.writer.release()}) {}

  UntakenEnds ends_;
};

static_assert(Pipe<PipePair>);

}  // namespace handoff
