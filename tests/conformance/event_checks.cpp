#include "tests/conformance/event_checks.hpp"

#include "tests/conformance/play.hpp"

namespace handoff::conformance {
namespace {

/// One worker has an event for itself.
void alone(const EventRow& row, Peers peers, const std::function<void(AnyEventHandle&)>& use) {
  share(row.form, {1, peers}, [&](AnyEventHandle& handle, unsigned) { use(handle); });
}

void require_set(AnyEventHandle& handle, bool due) {
  const std::string what = due ? "a set event is " : "an unset event is ";
  require(handle.is_set() == due, what + "said to be the other");
  require(handle.wait(at_once) == due, what + "waited for as the other");
}

/// Worker 0 does `meanwhile` once the others wait in `wait`.
void while_others_wait(const EventRow& row, Peers peers, unsigned others,
                       const std::function<void(AnyEventHandle&)>& wait,
                       const std::function<void(AnyEventHandle&)>& meanwhile) {
  InSharedMemory<Waiters> waiters;
  InSharedMemory<Steps> let_go;
  share(row.form, {1 + others, peers}, [&](AnyEventHandle& handle, unsigned worker) {
    if (worker == 0) {
      waiters->let_wait(others);
      require(!let_go->has_reached(1), "a wait for an unset event returned");
      meanwhile(handle);
    } else {
      waiters->begin();
      wait(handle);
      let_go->count_in();
    }
  });
}

void wait_for_ever(AnyEventHandle& handle) {
  require(handle.wait(never), "a wait without an end ended unset");
}

/// As many as take well under a second where each costs a sleep, or a time slice.
std::uint64_t hand_overs(const Info& info) { return info.waiting == Waiting::spins ? 50 : 3000; }

constexpr unsigned crowd = 4;

}  // namespace

void is_unset_at_first_also_in_used_memory(const EventRow& row, Peers peers) {
  run_alone([&] {
    const ObjectOnHeap event(row.form, {1, peers});
    require_set(*event.handle(0), false);
  });
}

void a_wait_returns_at_once_while_it_is_set(const EventRow& row, Peers peers) {
  alone(row, peers, [](AnyEventHandle& handle) {
    handle.set();
    const auto hour = std::chrono::hours(1);
    for (Deadline deadline : {never, at_once, after(-hour), after(hour), Clock::now() - hour}) {
      require(handle.wait(deadline), "a wait for a set event failed");
    }
    require_set(handle, true);
  });
}

void a_wait_fails_after_its_time_and_not_before(const EventRow& row, Peers peers) {
  alone(row, peers, [](AnyEventHandle& handle) {
    for (auto length : {std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
      const Deadline deadline = after(length);
      require(!handle.wait(deadline), "a wait for an unset event succeeded");
      require(Clock::now() >= deadline, "a wait gave up too early");
    }
    for (Deadline passed : {at_once, Clock::now() - std::chrono::hours(1)}) {
      require(!handle.wait(passed), "a wait for an unset event succeeded");
    }
  });
}

/// Those who wait for ever, and those who wait for a time.
void a_set_wakes_all_who_wait(const EventRow& row, Peers peers) {
  const Deadline late = after(std::chrono::hours(1));
  for (Deadline deadline : {never, late}) {
    while_others_wait(
        row, peers, crowd,
        [&](AnyEventHandle& handle) { require(handle.wait(deadline), "a wait ended unset"); },
        [](AnyEventHandle& handle) { handle.set(); });
  }
}

void a_set_that_is_cleared_at_once_lets_go_all_who_waited(const EventRow& row, Peers peers) {
  while_others_wait(row, peers, crowd, wait_for_ever, [](AnyEventHandle& handle) {
    handle.set();
    handle.clear();
    require_set(handle, false);
  });
}

void a_clear_arms_it_again(const EventRow& row, Peers peers) {
  alone(row, peers, [](AnyEventHandle& handle) {
    handle.clear();  // of an unset one
    require_set(handle, false);
    for (int n = 0; n < 3; ++n) {
      handle.set();
      require_set(handle, true);
      handle.clear();
      require_set(handle, false);
    }
    require(!handle.wait(after(a_moment)), "a wait for a cleared event succeeded");
  });
  while_others_wait(
      row, peers, 1,
      [](AnyEventHandle& handle) {
        wait_for_ever(handle);
        handle.clear();
        wait_for_ever(handle);
      },
      [](AnyEventHandle& handle) {
        handle.set();
        Steps::wait_until([&] { return !handle.is_set(); });
        handle.set();
      });
}

/// More of them than a pipe holds bytes.
void many_sets_are_as_one(const EventRow& row, Peers peers) {
  alone(row, peers, [](AnyEventHandle& handle) {
    constexpr int many = 70'000;
    for (int n = 0; n < many; ++n) handle.set();
    require_set(handle, true);
    handle.clear();
    require_set(handle, false);
  });
}

/// Two workers take turns at plain memory.
void hand_overs_lose_no_wake_up_and_show_what_was_done(const EventRow& row, Peers peers) {
  const std::uint64_t count = hand_overs(row.info);
  const SharedObject there(row.form, {2, peers});
  const SharedObject back(row.form, {2, peers});
  InSharedMemory<std::uint64_t> turns(std::uint64_t{0});
  auto take_turn = [&](std::uint64_t due) {
    require(*turns == due, "what was done before a set is not seen after the wait");
    ++*turns;
  };
  run_workers(peers, {[&] {
                        auto out = there.handle(0);
                        auto in = back.handle(0);
                        for (std::uint64_t n = 0; n < count; ++n) {
                          take_turn(2 * n);
                          out->set();
                          wait_for_ever(*in);
                          in->clear();
                        }
                      },
                      [&] {
                        auto in = there.handle(1);
                        auto out = back.handle(1);
                        for (std::uint64_t n = 0; n < count; ++n) {
                          wait_for_ever(*in);
                          in->clear();
                          take_turn(2 * n + 1);
                          out->set();
                        }
                      }});
}

void shapes_and_workers_out_of_range_raise(const EventRow& row, Peers peers) {
  run_alone([&] {
    using Object = ObjectOnHeap<Form<EventShape, AnyEventHandle>>;
    require_raises<std::invalid_argument>("no worker", [&] { Object(row.form, {0, peers}); });
    const Object event(row.form, {2, peers});
    require_raises<std::out_of_range>("a worker too many", [&] { (void)event.handle(2); });
  });
}

void a_wait_goes_on_after_signals(const EventRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  while_others_wait(
      row, peers, 1,
      [&](AnyEventHandle& handle) {
        waiter->expect_interruptions();
        require(handle.wait(after(std::chrono::hours(1))), "a signal ended a wait");
        handle.clear();
        wait_for_ever(handle);
      },
      [&](AnyEventHandle& handle) {
        waiter->interrupt();
        handle.set();
        Steps::wait_until([&] { return !handle.is_set(); });
        std::this_thread::sleep_for(a_moment);
        waiter->interrupt();
        handle.set();
      });
}

void who_sleeps_costs_no_processor_time(const EventRow& row, Peers peers) {
  while_others_wait(
      row, peers, 1,
      [](AnyEventHandle& handle) { require_sleep_in([&] { wait_for_ever(handle); }); },
      [](AnyEventHandle& handle) {
        std::this_thread::sleep_for(a_sleep);
        handle.set();
      });
}

}  // namespace handoff::conformance
