#include "tests/conformance/condition_call_checks.hpp"

#include <array>
#include <system_error>

#include "tests/conformance/condition_scene.hpp"

namespace handoff::conformance {

void calls_without_the_lock_raise(const ConditionRow& row, Peers peers) {
  alone(row, peers, [](AnyConditionHandle& handle) {
    const std::array<std::function<void()>, 5> calls = {
        [&] { handle.unlock(); }, [&] { (void)handle.wait(never); },
        [&] { (void)handle.wait_for([] { return true; }, never); }, [&] { handle.notify(1); },
        [&] { handle.notify_all(); }};
    for (int n = 0; n < 2; ++n) {
      for (const auto& call : calls) {
        require_raises<std::system_error>("a call without the lock", call);
      }
      handle.lock();
      handle.unlock();
    }
  });
}

void serves_scope_guards(const ConditionRow& row, Peers peers) {
  alone(row, peers, [](AnyConditionHandle& handle) {
    require_raises<std::range_error>("what is guarded", [&] {
      handle.guard([&] {
        require(!handle.wait(after(a_moment / 20)), "nobody had notified it");
        throw std::range_error("on purpose");
      });
    });
    require_raises<std::system_error>("after it, an unlock", [&] { handle.unlock(); });
  });
}

void a_wait_goes_on_after_a_signal(const ConditionRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  while_another_waits(
      row, peers,
      [&](AnyConditionHandle& handle, Scene&) {
        waiter->expect_interruptions();
        require(handle.wait(never), "a signal ended its wait");
      },
      [&](AnyConditionHandle& handle, Scene& scene) {
        waiter->interrupt();
        {
          const Locked lock(handle);
          require(!scene.over, "a signal woke it");
        }
        notify_one(handle);
      });
}

void a_waiter_costs_next_to_no_processor_time(const ConditionRow& row, Peers peers) {
  while_another_waits(
      row, peers,
      [](AnyConditionHandle& handle, Scene&) {
        require_sleep_in([&] { require(handle.wait(never), "nobody had notified it"); });
      },
      [](AnyConditionHandle& handle, Scene&) {
        std::this_thread::sleep_for(a_sleep);
        notify_one(handle);
      });
}

void conditions_side_by_side_are_independent(const ConditionRow& row, Peers peers) {
  conditions_side_by_side_are_independent(row, peers, usual_watchdog);
}

void conditions_side_by_side_are_independent(const ConditionRow& row, Peers peers,
                                             Clock::duration watchdog) {
  const SharedObject<ConditionForm> first(row.form, {1, peers});
  const SharedObject<ConditionForm> second(row.form, {1, peers});
  InSharedMemory<Steps> steps;
  run_workers(peers,
              {[&] {
                 auto handle = first.handle(0);
                 const Locked lock(*handle);
                 steps->reach(1);
                 steps->wait_for(2);
                 require(!handle->wait(after(a_moment / 4)), "another one's woke it");
               },
               [&] {
                 auto handle = second.handle(0);
                 steps->wait_for(1);
                 const Locked lock(*handle);
                 steps->reach(2);
                 for (int n = 0; n < 5; ++n) {
                   handle->notify_all();
                   std::this_thread::sleep_for(a_moment / 20);
                 }
               }},
              watchdog);
}

void shapes_and_workers_out_of_range_raise(const ConditionRow& row, Peers peers) {
  run_alone([&] {
    using Shared = SharedObject<ConditionForm>;
    require_raises<std::invalid_argument>("a condition for nobody", [&] {
      Shared(row.form, {0, peers});
    });
    const Shared condition(row.form, {2, peers});
    require_raises<std::out_of_range>("the handle of worker 2 of 2", [&] { condition.handle(2); });
    require_raises<std::out_of_range>("the handle of worker -1", [&] { condition.handle(~0U); });
  });
}

}  // namespace handoff::conformance
