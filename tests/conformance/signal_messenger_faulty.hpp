#pragma once

#include <signal.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "impl/signal/blocked_signal.hpp"
#include "impl/signal/contract.hpp"

/// Messengers that break one promise each.
namespace handoff::conformance {

enum class MessengerFault {
  none,
  loses_some,
  doubles_some,
  changes_values,
  swaps_some,
  claims_to_queue,
  claims_not_to_queue,
  invents_one,
  gives_up_early,
  waits_too_long,  ///< without end, whatever the deadline
  handles_in_waits_only,
  calls_no_function,
  takes_two_functions,
  ends_what_it_interrupts,
  is_ended_by_signals,
  says_nothing_when_full,
  names_another_limit,
  spins,
  takes_any_value,
  takes_any_receiver,
  claims_the_process,
  calls_too_often,
  claims_to_tell_of_deaths,
  sends_to_the_dead,
  claims_to_know_its_peer,
  claims_not_to_know_its_peer,
};

/// By more than a crowded machine is late.
inline constexpr auto too_early = std::chrono::milliseconds(10);

constexpr Info changed(Info info, MessengerFault fault) {
  if (fault == MessengerFault::names_another_limit) info.largest_capacity = no_limit;
  if (fault == MessengerFault::claims_to_tell_of_deaths) info.on_peer_death = Survivor::told;
  if (fault == MessengerFault::claims_the_process) info.reach = Reach::processes;
  return info;
}

constexpr MessengerFacts changed(MessengerFacts facts, MessengerFault fault) {
  if (fault == MessengerFault::claims_to_queue) facts.queues = true;
  if (fault == MessengerFault::claims_not_to_queue) facts.queues = false;
  if (fault == MessengerFault::claims_to_know_its_peer) facts.knows_its_peer = true;
  if (fault == MessengerFault::claims_not_to_know_its_peer) facts.knows_its_peer = false;
  return facts;
}

/// Right but for its fault.
template <class Right, MessengerFault fault>
class FaultyMessenger : public Right {
  using Fault = MessengerFault;

 public:
  static constexpr Info info = changed(Right::info, fault);
  static constexpr MessengerFacts facts = changed(Right::facts, fault);

  using Right::Right;

  class Handle : public Right::Handle {
   public:
    Handle(FaultyMessenger& messenger, unsigned worker) : Right::Handle(messenger, worker) {
      if (fault == Fault::ends_what_it_interrupts) {
        struct sigaction action {};
        sigaction(signal::ordinary(), nullptr, &action);
        action.sa_flags &= ~SA_RESTART;
        sigaction(signal::ordinary(), &action, nullptr);
      }
      if (fault == Fault::handles_in_waits_only) change_mask(SIG_BLOCK);
    }

    Status send(unsigned to, int value = 0) {
      const bool this_one = ++sent_ % 64 == 0;
      if (fault == Fault::loses_some && this_one) return Status::ok;
      if (fault == Fault::doubles_some && this_one) (void)Right::Handle::send(to, value);
      if (fault == Fault::changes_values && this_one) ++value;
      if (fault == Fault::takes_any_value) value = 0;
      if (fault == Fault::takes_any_receiver && to > 1) return Status::ok;
      if (fault == Fault::calls_too_often) (void)getppid();
      const Status status = Right::Handle::send(to, value);
      if (fault == Fault::says_nothing_when_full && status == Status::would_wait) return Status::ok;
      if (fault == Fault::sends_to_the_dead && status == Status::closed) return Status::ok;
      return status;
    }

    std::optional<int> wait(Deadline deadline = never) {
      if (fault == Fault::invents_one && deadline == at_once) return 0;
      if (fault == Fault::gives_up_early && deadline != never && deadline != at_once) {
        deadline -= too_early;
      }
      if (fault == Fault::waits_too_long && deadline != at_once) deadline = never;
      if (fault == Fault::is_ended_by_signals && deadline == never) {
        const sigset_t set = signal::BlockedSignal::only(signal::queued());
        siginfo_t info{};
        return sigwaitinfo(&set, &info) == -1 ? std::nullopt
                                              : std::optional(info.si_value.sival_int);
      }
      if (fault == Fault::spins) return wait_awake(deadline);
      if (fault == Fault::handles_in_waits_only) {
        change_mask(SIG_UNBLOCK);
        const auto got = Right::Handle::wait(deadline);
        change_mask(SIG_BLOCK);
        return got;
      }
      if (fault == Fault::swaps_some) return wait_for_the_next_but_one(deadline);
      return Right::Handle::wait(deadline);
    }

    void on_arrival(void (*function)(void*),
                    void* context) requires InterruptingHandle<typename Right::Handle> {
      if (fault == Fault::calls_no_function) return;
      if (fault == Fault::takes_two_functions && std::exchange(has_function_, true)) return;
      Right::Handle::on_arrival(function, context);
    }

   private:
    static void change_mask(int how) {
      const sigset_t set = signal::BlockedSignal::only(signal::ordinary());
      pthread_sigmask(how, &set, nullptr);
    }
    std::optional<int> wait_awake(Deadline deadline) {
      for (;;) {
        const auto got = Right::Handle::wait(at_once);
        if (got || Clock::now() >= deadline) return got;
      }
    }
    /// Once, and then takes the one that came before it.
    std::optional<int> wait_for_the_next_but_one(Deadline deadline) {
      if (kept_) return std::exchange(kept_, std::nullopt);
      const auto got = Right::Handle::wait(deadline);
      if (!got || *got % 64 != 1) return got;
      kept_ = got;
      return Right::Handle::wait(deadline);
    }

    unsigned sent_ = 0;
    std::optional<int> kept_;
    bool has_function_ = false;
  };

  Handle handle(unsigned worker) { return Handle(*this, worker); }
};

}  // namespace handoff::conformance
