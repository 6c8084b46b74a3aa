#pragma once

#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "atomic.hpp"
#include "descriptor_poll.hpp"
#include "eventfd_park.hpp"
#include "pidfd.hpp"

namespace handoff {

/// The process that could have ended a wait has died.
class PeerDied : public std::runtime_error {
 public:
  PeerDied() : std::runtime_error("the process at the other end has died") {}
};

/// Sleeps on an eventfd and on the pidfd of the process that signals it, so that its death ends the
/// wait. For one waiter and one who signals.
class WatchingPark {
 public:
  static constexpr std::string_view name = "watching_park";
  static constexpr Waiting waiting = EventfdPark::waiting;
  static constexpr auto publish = EventfdPark::publish;
  static constexpr auto observe = EventfdPark::observe;

  /// Ends also as soon as the descriptor `also` is readable, if one is given.
  template <class Ready>
  bool wait(Ready ready, Deadline deadline, int also = -1) {
    return park_.wait(ready, deadline, also);
  }
  void notify() { park_.notify(); }
  void notify_all() { park_.notify_all(); }

  /// The process to be watched; 0 when there is none.
  pid_t notifier() const { return notifier_.load(std::memory_order_seq_cst); }
  /// This process is from now on. Who sleeps already looks again, by the order of this store and of
  /// notify.
  void enter() {
    notifier_.store(getpid(), std::memory_order_seq_cst);
    notify();
  }
  /// This process is no longer. It may end now without having died.
  void leave() {
    pid_t self = getpid();
    notifier_.compare_exchange_strong(self, 0, std::memory_order_seq_cst);
  }

 private:
  EventfdPark park_;
  Atomic<pid_t> notifier_{0};
};

static_assert(WaitingPolicy<WatchingPark>);

/// A process that has not taken its end yet is not watched.
template <>
class Part<WatchingPark> {
 public:
  static constexpr Survivor on_peer_death = Survivor::told;

  Part(WatchingPark& waits_on, WatchingPark& notifies)
      : waits_on_(&waits_on), notifies_(&notifies) {
    notifies_->enter();
  }
  Part(Part&& other) noexcept
      : waits_on_(other.waits_on_),
        notifies_(std::exchange(other.notifies_, nullptr)),
        watched_(other.watched_),
        pidfd_(std::move(other.pidfd_)) {}
  Part& operator=(Part&& other) noexcept {
    std::swap(waits_on_, other.waits_on_);
    std::swap(notifies_, other.notifies_);
    std::swap(watched_, other.watched_);
    std::swap(pidfd_, other.pidfd_);
    return *this;
  }
  ~Part() {
    if (notifies_ != nullptr) notifies_->leave();
  }

  /// Raises PeerDied when whoever notifies has died and it is still not ready.
  template <class Ready>
  bool wait(Ready ready, Deadline deadline) {
    for (;;) {
      watch(waits_on_->notifier());
      bool is_ready = false;
      auto ready_or_another = [&] {
        is_ready = ready();
        return is_ready || waits_on_->notifier() != watched_;
      };
      if (!waits_on_->wait(ready_or_another, deadline, pidfd_.get())) {
        if (!is_dead()) return false;
        if (waits_on_->notifier() == watched_ && !ready()) throw PeerDied();
      }
      if (is_ready || ready()) return true;
    }
  }
  void notify() { notifies_->notify(); }

 private:
  void watch(pid_t process) {
    if (process == watched_) return;
    pidfd_.reset();
    // Threads of one process die together.
    if (process != 0 && process != getpid()) pidfd_ = pidfd_or_end_of(process);
    watched_ = process;
  }
  bool is_dead() const { return pidfd_.get() != -1 && poll_input(pidfd_.get(), at_once); }

  /// Of a process that is gone: something else that is readable for good.
  static Descriptor pidfd_or_end_of(pid_t process) {
    try {
      return open_pidfd(process);
    } catch (const std::system_error& error) {
      if (error.code().value() != ESRCH) throw;
      Descriptor ended(::eventfd(1, EFD_CLOEXEC));
      if (ended.get() == -1) throw_errno("eventfd");
      return ended;
    }
  }

  WatchingPark* waits_on_;
  WatchingPark* notifies_;
  pid_t watched_ = 0;
  Descriptor pidfd_;
};

}  // namespace handoff
