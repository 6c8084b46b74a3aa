#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <ctime>

#include "../common/descriptor.hpp"
#include "../common/status.hpp"

/// Writing into a kernel pipe without ever raising SIGPIPE.
namespace handoff::detail {

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

/// Tried out on a pipe of its own.
inline bool kernel_knows_no_signal_flag() {
  std::array<int, 2> both{};
  if (::pipe2(both.data(), O_CLOEXEC) == -1) throw_errno("pipe2");
  const Descriptor reader(both[0]);
  const Descriptor writer(both[1]);
  char byte = 0;
  iovec vector{&byte, sizeof(byte)};
  return ::pwritev2(writer.get(), &vector, 1, -1, no_signal_flag) != -1;
}

/// Of a framed message: one write, and two reads, of the length and of the message.
inline double calls_of_a_message() {
  constexpr double reads = 2;
  constexpr double write_holding_back = 3;
  return reads + (kernel_knows_no_signal_flag() ? 1 : write_holding_back);
}

}  // namespace handoff::detail
