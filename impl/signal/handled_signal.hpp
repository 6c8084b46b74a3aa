#pragma once

#include <semaphore.h>

#include "../common/kernel_order.hpp"
#include "../common/locks/posix_semaphore.hpp"
#include "blocked_signal.hpp"

namespace handoff::signal {

/// A signal of this process whose handler, wherever it interrupts, posts a semaphore: the one thing
/// on which a thread can wait that POSIX lets a handler touch.
class HandledSignal {
 public:
  explicit HandledSignal(int number) : state_(std::make_unique<State>(number)) {
    states[static_cast<std::size_t>(number)] = state_.get();
    struct sigaction action {};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;  // whom it interrupts, it leaves to go on
    sigemptyset(&action.sa_mask);
    sigset_t mask;
    if (sigaction(number, &action, &state_->action_before) == -1) throw_errno("sigaction");
    const sigset_t set = BlockedSignal::only(number);
    pthread_sigmask(SIG_UNBLOCK, &set, &mask);
    state_->was_blocked = sigismember(&mask, number) == 1;
  }
  HandledSignal(HandledSignal&&) = default;
  HandledSignal& operator=(HandledSignal&&) = delete;
  ~HandledSignal() {
    if (!state_) return;
    {
      const BlockedSignal dropped(state_->number);
      sigaction(state_->number, &state_->action_before, nullptr);
    }
    const sigset_t set = BlockedSignal::only(state_->number);
    if (state_->was_blocked) pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }

  /// One arrival; false once the deadline has passed.
  bool take(Deadline deadline) {
    sem_t* arrivals = &state_->arrivals;
    if (deadline == at_once) return handoff::detail::try_take(arrivals);
    if (deadline != never) return handoff::detail::take_until(arrivals, deadline);
    handoff::detail::take(arrivals);
    return true;
  }

  /// From now on each arrival calls it; `order`: what tells of the memory of whom sends.
  void on_arrival(const KernelOrder& order, void (*function)(void*), void* context) {
    if (state_->function != nullptr) throw std::logic_error("a function is there for arrivals");
    state_->order = &order;
    state_->context = context;
    state_->function = function;  // the last: a handler may come at any time
  }

 private:
  struct State {
    explicit State(int its_number) : holder(claim(its_number)), number(its_number) {
      sem_init(&arrivals, 0, 0);
    }
    ~State() { sem_destroy(&arrivals); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    SignalOfProcess holder;
    int number;
    sem_t arrivals{};
    const KernelOrder* order = nullptr;
    void* context = nullptr;
    std::atomic<void (*)(void*)> function{nullptr};
    struct sigaction action_before {};
    bool was_blocked = false;
  };
  /// Of this process, by the number of the signal.
  inline static std::array<std::atomic<State*>, NSIG> states{};
  static_assert(std::atomic<State*>::is_always_lock_free);

  static void handle(int number) {
    const int before = errno;
    State& state = *states[static_cast<std::size_t>(number)];
    if (auto* function = state.function.load()) {
      state.order->take();
      function(state.context);
    }
    sem_post(&state.arrivals);
    errno = before;  // of whatever has been interrupted
  }

  std::unique_ptr<State> state_;
};

}  // namespace handoff::signal
