#include "tests/conformance/event_life_checks.hpp"

#include <pthread.h>
#include <signal.h>

#include <cerrno>

#include "tests/conformance/lives.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

/// What the handler below sets; of a process that does nothing else.
AnyEventHandle* set_by_handler = nullptr;
std::atomic<bool> errno_was_changed{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// From now on SIGUSR1 sets it.
void set_on_signals(AnyEventHandle& handle) {
  set_by_handler = &handle;
  struct sigaction action {};
  action.sa_handler = [](int) {
    constexpr int any = EDOM;
    const int before = std::exchange(errno, any);
    set_by_handler->set();
    if (errno != any) errno_was_changed = true;
    errno = before;
  };
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
}

}  // namespace

void a_set_in_a_signal_handler_wakes_a_waiter(const EventRow& row, Peers peers) {
  run_alone([&] {
    const ObjectOnHeap event(row.form, {2, peers});
    auto handle = event.handle(0);
    set_on_signals(*handle);
    std::thread waiter([&] { require(event.handle(1)->wait(never), "a wait ended unset"); });
    std::this_thread::sleep_for(a_moment);
    raise(SIGUSR1);
    waiter.join();
    raise(SIGUSR1);  // once more, now that it is set
    require(!errno_was_changed, "a set in a handler changed errno");
  });
}

/// A worker uses the event in all ways while it is interrupted again and again.
void a_set_in_a_handler_may_interrupt_the_event_itself(const EventRow& row,
                                                       Clock::duration patience) {
  run_alone(
      [&] {
        const ObjectOnHeap event(row.form, {1, Peers::threads});
        auto handle = event.handle(0);
        set_on_signals(*handle);
        std::atomic<bool> done{false};
        std::thread user([&] {
          while (!done) {
            handle->set();
            (void)handle->wait(at_once);
            (void)handle->is_set();
            handle->clear();
          }
        });
        constexpr int interruptions = 5000;
        for (int n = 0; n < interruptions; ++n) {
          pthread_kill(user.native_handle(), SIGUSR1);
          std::this_thread::sleep_for(std::chrono::microseconds(20));
        }
        done = true;
        user.join();
      },
      patience);
}

void a_set_in_a_handler_may_interrupt_the_event_itself(const EventRow& row, Peers) {
  a_set_in_a_handler_may_interrupt_the_event_itself(row, usual_watchdog);
}

/// Of a set, a wait that finds it set, and a clear.
void makes_the_system_calls_that_it_claims(const EventRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto event =
          std::make_shared<ObjectOnHeap<decltype(row.form)>>(row.form, EventShape{1, peers});
      std::shared_ptr<AnyEventHandle> handle = event->handle(0);
      return [event, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          handle->set();
          require(handle->wait(never), "a wait for a set event failed");
          handle->clear();
        }
      };
    });
  });
}

void ten_thousand_events_leave_nothing(const EventRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing([&] {
      const ObjectOnHeap event(row.form, {1, peers});
      auto handle = event.handle(0);
      handle->set();
      require(handle->wait(never), "a wait for a set event failed");
    });
  });
}

void nobody_else_can_open_it(const EventRow& row, Peers peers) {
  run_alone([&] {
    const ObjectOnHeap event(row.form, {1, peers});
    require_no_name_mapped();
  });
}

void works_through_two_mappings_at_different_addresses(const EventRow& row, Peers) {
  using Handle = AnyEventHandle;
  through_two_mappings(row.form, {2, Peers::processes}, [](Handle& first, Handle& second) {
    std::thread waiter([&] { require(second.wait(never), "a wait ended unset"); });
    std::this_thread::sleep_for(a_moment);
    first.set();
    waiter.join();
    second.clear();
    require(!first.is_set(), "a clear is not seen elsewhere");
  });
}

/// Others have to be able to use it in all ways, more than once.
void a_killed_waiter_holds_up_others_only_where_claimed(const EventRow& row,
                                                        Clock::duration patience) {
  run_alone([&] {
    const SharedObject event(row.form, {2, Peers::processes});
    start_waiter([&] { (void)event.handle(0)->wait(never); })->kill();
    auto survivor = start_process([&] {
      auto handle = event.handle(1);
      std::thread waiter([&] {
        auto other = event.handle(1);
        for (int n = 0; n < 5; ++n) {
          require(other->wait(never), "a wait ended unset");
          other->clear();
        }
      });
      for (int n = 0; n < 5; ++n) {
        handle->set();
        Steps::wait_until([&] { return !handle->is_set(); });
        std::this_thread::sleep_for(a_moment / 2);  // for the other to fall asleep again
      }
      waiter.join();
    });
    require_end(*survivor, !row.facts.survives_killed_waiter, patience);
  });
}

void a_killed_waiter_holds_up_others_only_where_claimed(const EventRow& row, Peers) {
  a_killed_waiter_holds_up_others_only_where_claimed(row, usual_patience);
}

void a_killed_user_leaves_no_name(const EventRow& row, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          const ObjectOnHeap event(row.form, {1, Peers::processes});
          event.handle(0)->set();
          raise(SIGKILL);
        },
        patience);
  });
}

void a_killed_user_leaves_no_name(const EventRow& row, Peers) {
  a_killed_user_leaves_no_name(row, std::chrono::seconds(60));
}

}  // namespace handoff::conformance
