#include "tests/conformance/condition_checks.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/conformance/condition_scene.hpp"

namespace handoff::conformance {
namespace {

constexpr unsigned waiters = 6;

/// Waits once, in one form or another.
void wait_mixed(AnyConditionHandle& handle, Scene& scene, unsigned worker) {
  const Locked lock(handle);
  if (worker % 3 == 2) {
    ++scene.waiting;
    bool was_asked = false;
    const bool held =
        handle.wait_for([&] { return std::exchange(was_asked, true); }, after(usual_watchdog));
    require(held, "wait_for ended without its predicate");
    --scene.waiting;
    ++scene.notified;
  } else {
    const Deadline deadline = worker % 3 == 0 ? never : after(usual_watchdog);
    require(scene.wait(handle, deadline), "a wait ended before its time");
  }
}

/// Waiters of all forms, and one that notifies so many of them, again and again; each time exactly
/// so many wake, while there are any.
void wake_in_portions(const ConditionRow& row, Peers peers, const std::vector<unsigned>& portions,
                      Clock::duration watchdog = usual_watchdog) {
  InSharedMemory<Scene> scene;
  auto work = [&](AnyConditionHandle& handle, unsigned worker) {
    if (worker > 0) return wait_mixed(handle, *scene, worker);
    (void)once(handle, [&] { return scene->waiting == waiters; });
    unsigned due = 0;
    for (unsigned portion : portions) {
      {
        const Locked lock(handle);
        portion == all_of_them ? handle.notify_all() : handle.notify(portion);
      }
      due = std::min(waiters, portion == all_of_them ? waiters : due + portion);
      (void)once(handle, [&] { return scene->notified >= due; });
      std::this_thread::sleep_for(a_moment);
      const Locked lock(handle);
      require(scene->notified == due,
              std::to_string(scene->notified) + " have woken, and not " + std::to_string(due));
    }
  };
  share(row.form, {waiters + 1, peers}, work, watchdog);
}

}  // namespace

void notify_wakes_exactly_one_of_mixed_waiters(const ConditionRow& row, Peers peers) {
  wake_in_portions(row, peers, std::vector<unsigned>(waiters, 1));
}

void notify_of_n_wakes_n(const ConditionRow& row, Peers peers) {
  notify_of_n_wakes_n(row, peers, usual_watchdog);
}

void notify_of_n_wakes_n(const ConditionRow& row, Peers peers, Clock::duration watchdog) {
  wake_in_portions(row, peers, {0, 2, 3, 100}, watchdog);
}

void notify_all_wakes_all(const ConditionRow& row, Peers peers) {
  notify_all_wakes_all(row, peers, usual_watchdog);
}

void notify_all_wakes_all(const ConditionRow& row, Peers peers, Clock::duration watchdog) {
  wake_in_portions(row, peers, {all_of_them}, watchdog);
  wake_in_portions(row, peers, {1, all_of_them}, watchdog);
}

void a_notification_without_waiters_has_no_later_effect(const ConditionRow& row, Peers peers) {
  alone(row, peers, [](AnyConditionHandle& handle) {
    const Locked lock(handle);
    handle.notify(1);
    handle.notify(100);
    handle.notify_all();
    for (int n = 0; n < 3; ++n) {
      require(!handle.wait(after(a_moment / 4)), "an old notification woke a waiter");
    }
  });
}

void who_waits_after_a_notification_is_not_woken_by_it(const ConditionRow& row, Peers peers) {
  for (int n = 0; n < 5; ++n) {
    while_another_waits(
        row, peers,
        [](AnyConditionHandle& handle, Scene&) {
          require(handle.wait(never), "it ended before it was notified");
        },
        [](AnyConditionHandle& handle, Scene&) {
          const Locked lock(handle);
          handle.notify(1);
          require(!handle.wait(after(a_moment / 4)), "a notifier woke itself");
        });
  }
}

void waiters_whose_time_is_over_leave_nothing_behind(const ConditionRow& row, Peers peers) {
  waiters_whose_time_is_over_leave_nothing_behind(row, peers, usual_watchdog);
}

/// Neither a wake-up too much for others, nor one too few.
void waiters_whose_time_is_over_leave_nothing_behind(const ConditionRow& row, Peers peers,
                                                     Clock::duration watchdog) {
  InSharedMemory<Scene> scene;
  auto work = [&](AnyConditionHandle& handle, unsigned worker) {
    if (worker > 0) {
      const Locked lock(handle);
      const bool is_last = worker == waiters;
      require(scene->wait(handle, is_last ? never : after(a_moment / 4)) == is_last,
              is_last ? "it ended before it was notified" : "nobody had notified it");
      return;
    }
    (void)once(handle, [&] { return scene->passed == waiters - 1 && scene->waiting == 1; });
    notify_one(handle);
    const Locked lock = once(handle, [&] { return scene->notified == 1; });
    require(!handle.wait(after(a_moment / 4)), "a wake-up was left");
  };
  share(row.form, {waiters + 1, peers}, work, watchdog);
}

void a_timed_wait_ends_after_its_time_and_not_before(const ConditionRow& row, Peers peers) {
  alone(row, peers, [](AnyConditionHandle& handle) {
    const Locked lock(handle);
    for (auto time : {a_moment / 20, a_moment}) {
      const Deadline deadline = after(time);
      require(!handle.wait(deadline), "nobody had notified it");
      require(Clock::now() >= deadline, "it gave up before its time");
    }
    for (Deadline passed : {at_once, Deadline(), Clock::now() - std::chrono::seconds(1)}) {
      require(!handle.wait(passed), "nobody had notified it");
    }
  });
  while_another_waits(
      row, peers,
      [](AnyConditionHandle& handle, Scene&) {
        require(handle.wait(after(usual_watchdog)), "it was not woken in time");
      },
      [](AnyConditionHandle& handle, Scene&) { notify_one(handle); });
}

void wait_for_asks_its_predicate_again(const ConditionRow& row, Peers peers) {
  constexpr unsigned due = 3;
  InSharedMemory<unsigned> asked(0U);
  while_another_waits(
      row, peers,
      [&](AnyConditionHandle& handle, Scene& scene) {
        auto holds = [&] {
          ++*asked;
          return scene.notified == due;
        };
        require(handle.wait_for(holds, never), "it ended without its predicate");
        require(scene.notified == due, "its predicate does not hold");
      },
      [&](AnyConditionHandle& handle, Scene& scene) {
        for (unsigned n = 1; n <= due; ++n) {
          const Locked lock = once(handle, [&] { return *asked >= n; });
          ++scene.notified;
          handle.notify(1);
        }
      });
  alone(row, peers, [](AnyConditionHandle& handle) {
    const Locked lock(handle);
    require(handle.wait_for([] { return true; }, never), "it waited though its predicate held");
    require(handle.wait_for([] { return true; }, at_once), "it did not look");
  });
}

void wait_for_honours_the_total_time(const ConditionRow& row, Peers peers) {
  while_another_waits(
      row, peers,
      [](AnyConditionHandle& handle, Scene&) {
        const Deadline deadline = after(a_moment);
        require(!handle.wait_for([] { return false; }, deadline), "what never held does");
        require(Clock::now() >= deadline, "it gave up before its time");
      },
      [](AnyConditionHandle& handle, Scene& scene) {
        for (bool is_over = false; !is_over;) {
          notify_one(handle);
          std::this_thread::sleep_for(a_moment / 20);
          const Locked lock(handle);
          is_over = scene.over;
        }
      });
  alone(row, peers, [](AnyConditionHandle& handle) {
    const Locked lock(handle);
    unsigned asked = 0;
    require(handle.wait_for([&] { return ++asked == 2; }, after(a_moment / 20)),
            "it did not look once more at the end");
  });
}

}  // namespace handoff::conformance
