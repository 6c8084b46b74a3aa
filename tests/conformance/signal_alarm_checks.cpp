#include "tests/conformance/signal_alarm_checks.hpp"

#include "tests/conformance/play.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

constexpr auto an_hour = std::chrono::hours(1);

/// One worker has an alarm for itself.
void alone(const AlarmRow& row, Peers peers, const std::function<void(AnyAlarmHandle&)>& use) {
  share(row.form, {1, peers}, [&](AnyAlarmHandle& handle, unsigned) { use(handle); });
}

void expect_nothing(AnyAlarmHandle& handle) {
  require(!handle.wait(at_once) && !handle.wait(after(2 * a_moment)),
          "an alarm went off that should not");
}

}  // namespace

void goes_off_once_after_its_time(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    using std::chrono::nanoseconds;
    for (Deadline deadline : {never, after(an_hour)}) {
      for (int ns : {1, 999, 1001, 123'456, 999'999, 1'000'000, 20'000'000}) {
        const Deadline due = Clock::now() + nanoseconds(ns);
        handle.set(due);
        require(handle.wait(deadline), "a wait without an end ended before the alarm");
        require(Clock::now() >= due, "an alarm went off too early");
        require(!handle.wait(at_once), "an alarm went off twice");
      }
    }
    expect_nothing(handle);
  });
}

void a_time_that_has_passed_is_due_at_once(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    for (Deadline passed : {at_once, Deadline(), Clock::now() - an_hour, Clock::now()}) {
      handle.set(passed);
      require(handle.wait(never), "a wait without an end ended before the alarm");
      expect_nothing(handle);
    }
  });
}

void a_wait_fails_after_its_time_and_not_before(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    for (bool is_set : {false, true}) {
      for (auto length : {std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
        const Deadline deadline = after(length);
        require(!handle.wait(deadline), "an alarm went off that should not");
        require(Clock::now() >= deadline, "a wait gave up too early");
      }
      for (Deadline passed : {at_once, Clock::now() - an_hour}) {
        require(!handle.wait(passed), "an alarm went off that should not");
      }
      if (!is_set) handle.set(after(an_hour));
    }
  });
}

/// Before it has gone off, and after.
void a_cancelled_alarm_does_not_go_off(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    handle.cancel();  // none
    handle.set(after(a_moment));
    handle.cancel();
    expect_nothing(handle);
    handle.set(at_once);
    std::this_thread::sleep_for(a_moment);
    handle.cancel();
    expect_nothing(handle);
    handle.set(at_once);
    require(handle.wait(never), "an alarm cannot be set again once it was cancelled");
    handle.cancel();
    handle.set(never);
    expect_nothing(handle);
  });
}

void another_time_replaces_the_one_before(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    handle.set(after(a_moment));
    handle.set(after(an_hour));
    expect_nothing(handle);
    const Deadline due = after(a_moment);
    handle.set(due);
    require(handle.wait(never) && Clock::now() >= due, "an alarm went off too early");
    handle.set(at_once);
    std::this_thread::sleep_for(a_moment);
    handle.set(after(an_hour));  // once it has gone off
    expect_nothing(handle);
  });
}

void each_worker_has_its_own(const AlarmRow& row, Peers peers) {
  constexpr unsigned workers = 4;
  constexpr int times = 50;
  share(row.form, {workers, peers}, [](AnyAlarmHandle& handle, unsigned worker) {
    if (worker == 0) {
      handle.set(after(an_hour));
      expect_nothing(handle);
      return;
    }
    for (int n = 0; n < times; ++n) {
      const Deadline due = after(worker * std::chrono::microseconds(100));
      handle.set(due);
      require(handle.wait(never) && Clock::now() >= due, "an alarm went off too early");
      require(!handle.wait(at_once), "an alarm went off twice");
    }
  });
}

void a_wait_goes_on_after_signals(const AlarmRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  InSharedMemory<Steps> done;
  share(row.form, {2, peers}, [&](AnyAlarmHandle& handle, unsigned worker) {
    if (worker == 0) {
      while (!done->has_reached(1)) waiter->interrupt();
      return;
    }
    waiter->expect_interruptions();
    for (Deadline deadline : {never, after(an_hour)}) {
      const Deadline due = after(5 * a_moment);
      handle.set(due);
      require(handle.wait(deadline) && Clock::now() >= due, "a signal ended a wait");
    }
    const Deadline deadline = after(5 * a_moment);
    require(!handle.wait(deadline) && Clock::now() >= deadline, "a signal ended a wait");
    done->reach(1);
    std::this_thread::sleep_for(2 * a_moment);  // the other may be about to interrupt this
  });
}

void who_sleeps_costs_no_processor_time(const AlarmRow& row, Peers peers) {
  alone(row, peers, [](AnyAlarmHandle& handle) {
    handle.set(after(a_sleep));
    require_sleep_in(
        [&] { require(handle.wait(never), "a wait without an end ended before the alarm"); });
    require_sleep_in([&] { require(!handle.wait(after(a_sleep)), "an alarm went off unset"); });
  });
}

void makes_the_system_calls_that_it_claims(const AlarmRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto alarm =
          std::make_shared<ObjectOnHeap<decltype(row.form)>>(row.form, SignalShape{1, peers});
      std::shared_ptr<AnyAlarmHandle> handle = alarm->handle(0);
      return [alarm, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          handle->set(at_once);
          require(handle->wait(never), "a wait without an end ended before the alarm");
        }
      };
    });
  });
}

}  // namespace handoff::conformance
