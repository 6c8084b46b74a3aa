#pragma once

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "../common/absolute_time.hpp"
#include "../common/status.hpp"

namespace handoff::signal {

/// The signals that this family takes for itself. Of an ordinary one the kernel keeps one at a
/// time, of a real-time one as many as RLIMIT_SIGPENDING allows.
inline int ordinary() { return SIGUSR2; }
inline int queued() { return SIGRTMIN; }

/// Kept from the calling thread while this lives, which takes it when it likes.
class BlockedSignal {
 public:
  explicit BlockedSignal(int number) : number_(number) {
    sigset_t before;
    change(SIG_BLOCK, &before);
    was_blocked_ = sigismember(&before, number_) == 1;
  }
  BlockedSignal(BlockedSignal&& other) noexcept
      : number_(std::exchange(other.number_, none)), was_blocked_(other.was_blocked_) {}
  BlockedSignal& operator=(BlockedSignal&&) = delete;
  ~BlockedSignal() {
    if (number_ == none) return;
    while (take(at_once)) {
    }
    if (!was_blocked_) change(SIG_UNBLOCK, nullptr);
  }

  /// Nothing once the deadline has passed.
  std::optional<siginfo_t> take(Deadline deadline) const {
    const sigset_t set = only(number_);
    for (;;) {
      siginfo_t info{};
      const timespec left = deadline == never ? timespec{} : time_left(deadline);
      if ((deadline == never ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, &left)) != -1) {
        return info;
      }
      if (errno == EAGAIN) return std::nullopt;
      if (errno != EINTR) throw_errno("sigtimedwait");
    }
  }

  static sigset_t only(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
  }

 private:
  static constexpr int none = 0;

  void change(int how, sigset_t* before) const {
    const sigset_t set = only(number_);
    pthread_sigmask(how, &set, before);
  }

  int number_;
  bool was_blocked_ = false;
};

namespace detail {

/// The process that holds each signal, or 0. A forked child has its parent's, which says nothing
/// about it.
inline std::array<std::atomic<pid_t>, NSIG> holders{};

struct GiveBack {
  void operator()(std::atomic<pid_t>* holder) const {
    holder->store(0, std::memory_order_relaxed);  // orders nothing
  }
};

}  // namespace detail

/// A signal that is sent to the whole process, which only one handle can take.
using SignalOfProcess = std::unique_ptr<std::atomic<pid_t>, detail::GiveBack>;

inline SignalOfProcess claim(int number) {
  auto& holder = detail::holders.at(static_cast<std::size_t>(number));
  if (holder.exchange(getpid(), std::memory_order_relaxed) != getpid()) {
    return SignalOfProcess(&holder);
  }
  throw std::logic_error("signal " + std::to_string(number) + " (" + strsignal(number) +
                         ") of this process is another handle's");
}

}  // namespace handoff::signal
