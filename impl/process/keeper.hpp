#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "children.hpp"
#include "keeper_link.hpp"

namespace handoff::detail {

/// The parent of workers that belong to another process. Single-threaded; a process of its own.
class Keeper {
 public:
  /// `owner` is readable once the process has ended that the workers belong to; -1: that is
  /// nothing to this keeper. With `is_charged` a worker's processor time holds the keeper's own.
  Keeper(int owner, bool is_charged) : owner_(owner), is_charged_(is_charged) {}

  /// Forks a worker, which introduces itself over the link and then runs `work()`. When that fails,
  /// the link tells why.
  template <class Work>
  void start(Descriptor link, Work work) {
    Descriptor room(::dup(link.get()));  // its number is the worker's pidfd's
    pid_t pid = room.get() == -1 ? -1 : fork();
    if (pid == 0) {
      room.reset();
      for (Kept& sibling : kept_) sibling = {};
      introduce_worker(std::move(link));
      work();
      ::_exit(EXIT_SUCCESS);
    }
    if (pid == -1) {
      (void)send_notice(link.get(), {.error = errno});
      return;
    }
    room.reset();
    kept_.push_back({open_pidfd(pid), std::move(link)});
  }

  bool is_idle() const { return kept_.empty(); }

  /// Sleeps until something is to be done, and does what workers and their links ask for. Returns
  /// whether `requests` is readable; false also when the owner has ended, and then for ever.
  bool wait(int requests) {
    entries_.clear();
    entries_.push_back({owner_, POLLIN, 0});
    entries_.push_back({requests, POLLIN, 0});
    for (const Kept& one : kept_) {
      entries_.push_back({one.pidfd.get(), POLLIN, 0});
      entries_.push_back({one.is_listened_to ? one.link.get() : -1, POLLIN, 0});
    }
    poll_until(entries_, never);
    has_owner_ = entries_[0].revents == 0;
    if (!has_owner_) return false;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (entries_[2 * i + 3].revents != 0) listen(kept_[i]);
      if (entries_[2 * i + 2].revents != 0) bury(kept_[i]);
    }
    std::erase_if(kept_, [](const Kept& one) { return one.pidfd.get() == -1; });
    return entries_[1].revents != 0;
  }
  bool has_owner() const { return has_owner_; }

  /// Those that it needs.
  std::vector<int> descriptors() const {
    std::vector<int> numbers;
    if (owner_ != -1) numbers.push_back(owner_);
    for (const Kept& one : kept_) {
      numbers.push_back(one.pidfd.get());
      numbers.push_back(one.link.get());
    }
    return numbers;
  }

 private:
  struct Kept {
    Descriptor pidfd = {};
    Descriptor link = {};
    bool is_listened_to = true;
  };

  static void listen(Kept& one) {
    std::byte request{};
    ssize_t length = ::recv(one.link.get(), &request, 1, MSG_DONTWAIT);
    one.is_listened_to = length == 1;  // else its owner does not hold it any more
    if (length == 1) (void)syscall(SYS_pidfd_send_signal, one.pidfd.get(), SIGKILL, nullptr, 0);
  }

  void bury(Kept& one) const {
    Ending ending = reap(one.pidfd.get());
    rusage own{};
    if (is_charged_ && getrusage(RUSAGE_SELF, &own) == 0) {
      ending.processor_time += processor_time_of(own);
    }
    (void)send_notice(one.link.get(), {.ending = ending});
    one = {};
  }

  int owner_;
  bool is_charged_;
  bool has_owner_ = true;
  std::vector<Kept> kept_;
  std::vector<pollfd> entries_;
};

}  // namespace handoff::detail
