#include "tests/conformance/signal_life_checks.hpp"

#include <signal.h>

#include <vector>

#include "tests/conformance/lives.hpp"
#include "tests/conformance/signal_children.hpp"

namespace handoff::conformance {
namespace {

/// Uses a handle; `to_the_end`: and takes what comes of it.
void use(AnyMessengerHandle& handle, bool to_the_end) {
  require(handle.send(0, 0) == Status::ok, "a send failed");
  if (to_the_end) require(handle.wait(never).has_value(), "a wait failed");
}
void use(AnyAlarmHandle& handle, bool to_the_end) {
  handle.set(at_once);
  if (to_the_end) require(handle.wait(never), "a wait failed");
}
void use(AnyWatcherHandle& handle, bool to_the_end) {
  static const Child living = living_child();  // of this process
  if (!to_the_end) {
    const Child ended = ended_child(0);  // SIGCHLD has come, or is there to be taken
    handle.watch(ended.process());
    return;
  }
  handle.watch(living.process());
  require(!handle.wait(at_once), "the end of one that lives is told");
}

/// What a process does when signals come, and which of them are kept from the calling thread.
class Dispositions {
 public:
  Dispositions() {
    pthread_sigmask(SIG_SETMASK, nullptr, &mask_);
    sigpending(&pending_);
    for (int number = 1; number < NSIG; ++number) sigaction(number, nullptr, &actions_[number]);
  }
  void require_same(const Dispositions& before) const {
    for (int number = 1; number < NSIG; ++number) {
      const std::string name = " of signal " + std::to_string(number);
      const auto& now = actions_[number];
      const auto& then = before.actions_[number];
      require(sigismember(&mask_, number) == sigismember(&before.mask_, number),
              "the mask is changed" + name);
      require(number == SIGCHLD || sigismember(&pending_, number) == 0,
              "something is left" + name);  // the checks have children of their own
      require(now.sa_handler == then.sa_handler && ((now.sa_flags ^ then.sa_flags) & flags) == 0,
              "the action is changed" + name);
    }
  }

 private:
  /// The C library sets one of its own beside them.
  static constexpr int flags =
      SA_RESTART | SA_SIGINFO | SA_NOCLDSTOP | SA_NOCLDWAIT | SA_NODEFER | SA_ONSTACK;

  sigset_t mask_{};
  sigset_t pending_{};
  struct sigaction actions_[NSIG] {};
};

}  // namespace

template <class Row>
void shapes_and_workers_out_of_range_raise(const Row& row, Peers peers) {
  run_alone([&] {
    using Object = ObjectOnHeap<decltype(row.form)>;
    require_raises<std::invalid_argument>("no worker", [&] { Object(row.form, {0, peers}); });
    const Object object(row.form, {2, peers});
    require_raises<std::out_of_range>("a worker too many", [&] { (void)object.handle(2); });
  });
}

/// Whatever has come and was not taken is dropped.
template <class Row>
void puts_back_the_mask_and_the_actions(const Row& row, Peers peers) {
  for (bool all_blocked : {false, true}) {
    run_alone([&] {
      sigset_t all;
      sigfillset(&all);
      if (all_blocked) pthread_sigmask(SIG_BLOCK, &all, nullptr);
      const Dispositions before;
      for (bool to_the_end : {true, false}) {
        const ObjectOnHeap object(row.form, {1, peers});
        auto handle = object.handle(0);
        use(*handle, to_the_end);
        std::this_thread::sleep_for(a_moment);
      }
      Dispositions().require_same(before);
    });
  }
}

template <class Row>
void ten_thousand_leave_nothing(const Row& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing([&] {
      const ObjectOnHeap object(row.form, {1, peers});
      auto handle = object.handle(0);
      use(*handle, true);
    });
  });
}

template <class Row>
void nobody_else_can_open_it(const Row& row, Peers peers) {
  run_alone([&] {
    const ObjectOnHeap object(row.form, {1, peers});
    auto handle = object.handle(0);
    require_no_name_mapped();
  });
}

template <class Row>
void a_killed_user_leaves_no_name(const Row& row, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          const ObjectOnHeap object(row.form, {1, Peers::processes});
          auto handle = object.handle(0);
          use(*handle, true);
          raise(SIGKILL);
        },
        patience);
  });
}

template <class Row>
void a_killed_user_leaves_no_name(const Row& row, Peers) {
  a_killed_user_leaves_no_name(row, usual_patience);
}

#define INSTANTIATE_LIFE_CHECKS(Row)                                           \
  template void shapes_and_workers_out_of_range_raise<Row>(const Row&, Peers); \
  template void puts_back_the_mask_and_the_actions<Row>(const Row&, Peers);    \
  template void ten_thousand_leave_nothing<Row>(const Row&, Peers);            \
  template void nobody_else_can_open_it<Row>(const Row&, Peers);               \
  template void a_killed_user_leaves_no_name<Row>(const Row&, Peers);          \
  template void a_killed_user_leaves_no_name<Row>(const Row&, Clock::duration)

INSTANTIATE_LIFE_CHECKS(MessengerRow);
INSTANTIATE_LIFE_CHECKS(AlarmRow);
INSTANTIATE_LIFE_CHECKS(WatcherRow);

}  // namespace handoff::conformance
