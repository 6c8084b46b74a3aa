#pragma once

#include <sys/resource.h>

#include "../common/cpu.hpp"
#include "../common/kernel_order.hpp"
#include "addresses.hpp"
#include "blocked_signal.hpp"
#include "signal_workers.hpp"

namespace handoff::signal {

/// How many the kernel keeps for this process, less what it keeps for others of the same user.
inline std::size_t most_pending() {
  rlimit limit{};
  if (getrlimit(RLIMIT_SIGPENDING, &limit) == -1) throw_errno("getrlimit(RLIMIT_SIGPENDING)");
  return limit.rlim_cur == RLIM_INFINITY ? unlimited : limit.rlim_cur;
}

enum class Directed { at_process, at_thread };

/// Takes signals by sigtimedwait(2).
template <int (*number)(), Directed directed>
class WaitedSignals {
 public:
  WaitedSignals() : claim_(directed == Directed::at_process ? claim(number()) : nullptr) {}

  std::optional<int> take(Deadline deadline) {
    const auto info = signal_.take(deadline);
    if (!info) return std::nullopt;
    return info->si_value.sival_int;
  }

 private:
  SignalOfProcess claim_;
  BlockedSignal signal_{number()};
};

template <class Inbox>
concept InterruptingInbox = requires(Inbox inbox, const KernelOrder& order) {
  inbox.on_arrival(order, nullptr, nullptr);
};

/// A messenger of one mechanism to send and one to take. An outbox sends to an address, by a call
/// that fails as those of the kernel do; an inbox takes what has come to the thread that made it.
template <class Outbox, class Inbox, const Info& its_info, const MessengerFacts& its_facts>
class MessengerOf {
 public:
  static constexpr const Info& info = its_info;
  static constexpr const MessengerFacts& facts = its_facts;

  explicit MessengerOf(SignalShape shape) : workers_(info, shape, Addresses::most_workers) {}

  class Handle {
   public:
    Handle(MessengerOf& messenger, unsigned worker)
        : messenger_(&messenger), entry_(messenger.addresses_.enter(worker)) {}

    Status send(unsigned to, int value = 0) {
      messenger_->workers_.check(info, to);
      if (value != 0 && !facts.carries_values) {
        throw std::invalid_argument(std::string(info.name) + ": the value " +
                                    std::to_string(value) + ", where none is carried");
      }
      const auto address = messenger_->addresses_.of(to);
      if (!address) return Status::closed;
      messenger_->order_.give();
      if (outbox_.send(to, *address, value) == 0) return Status::ok;
      if (errno == EAGAIN) return Status::would_wait;
      if (errno == ESRCH) return Status::closed;
      throw_errno(std::string(info.name) + ": to process " + std::to_string(address->process));
    }
    std::optional<int> wait(Deadline deadline = never) {
      const auto value = inbox_.take(deadline);
      if (!value) return std::nullopt;
      messenger_->order_.take();
      return facts.carries_values ? *value : 0;
    }
    void on_arrival(void (*function)(void*), void* context) requires InterruptingInbox<Inbox> {
      inbox_.on_arrival(messenger_->order_, function, context);
    }

   private:
    MessengerOf* messenger_;
    Outbox outbox_;
    Inbox inbox_;
    Addresses::Entry entry_;  // the last to come and the first to go: nobody sends before or after
  };

  Handle handle(unsigned worker) {
    workers_.check(info, worker);
    return Handle(*this, worker);
  }

 private:
  SignalWorkers workers_;
  Addresses addresses_;
  alignas(isolation) KernelOrder order_;  // changes with each message, unlike what is above
};

}  // namespace handoff::signal
