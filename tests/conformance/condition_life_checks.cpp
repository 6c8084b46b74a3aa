#include "tests/conformance/condition_life_checks.hpp"

#include <csignal>

#include "impl/common/locks/robust_mutex.hpp"
#include "tests/conformance/condition_scene.hpp"
#include "tests/conformance/left_behind.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

using OnHeap = ObjectOnHeap<ConditionForm>;

bool tells(const ConditionRow& row) { return row.info.on_peer_death == Survivor::told; }

LeftBehind<ConditionForm> shared_by_processes(const ConditionRow& row) {
  return {row.form, {3, Peers::processes}};
}

/// Two workers wait for each other in turn, woken in each way.
void take_turns(AnyConditionHandle& handle, unsigned& turn, unsigned worker) {
  for (unsigned mine = worker; mine < 8; mine += 2) {
    const Locked lock(handle);
    require(handle.wait_for([&] { return turn == mine; }, never), "it was not its turn");
    ++turn;
    mine % 4 < 2 ? handle.notify(1) : handle.notify_all();
  }
}

/// Locks as one whom a dead holder may have left the lock to, and then as usual.
void go_on(AnyConditionHandle& handle, bool told_of_death) {
  if (told_of_death) require_raises<OwnerDied>("lock", [&] { handle.lock(); });
  const Locked lock(handle);
  handle.notify_all();
}

}  // namespace

/// While nobody waits.
void makes_the_system_calls_that_it_claims(const ConditionRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto condition = std::make_shared<OnHeap>(row.form, ConditionShape{1, peers});
      std::shared_ptr<AnyConditionHandle> handle = condition->handle(0);
      return [condition, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) {
          const Locked lock(*handle);
          n % 2 == 0 ? handle->notify(1) : handle->notify_all();
        }
      };
    });
  });
}

/// No memory, descriptor, mapping or name.
void ten_thousand_conditions_leave_nothing(const ConditionRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing([&] {
      const OnHeap condition(row.form, {1, peers});
      auto handle = condition.handle(0);
      const Locked lock(*handle);
      (void)handle->wait(at_once);
    });
    const OnHeap condition(row.form, {1, peers});
    require_no_name_mapped();
  });
}

void a_killed_user_leaves_no_name(const ConditionRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

void a_killed_user_leaves_no_name(const ConditionRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          const OnHeap condition(row.form, {1, peers});
          condition.handle(0)->lock();
          raise(SIGKILL);
        },
        patience);
  });
}

void a_killed_waiter_holds_up_others_only_where_claimed(const ConditionRow& row, Peers) {
  a_killed_waiter_holds_up_others_only_where_claimed(row, usual_patience);
}

void a_killed_waiter_holds_up_others_only_where_claimed(const ConditionRow& row,
                                                        Clock::duration patience) {
  run_alone([&] {
    const auto condition = shared_by_processes(row);
    auto victim = start_waiter([&] {
      auto handle = condition.handle(2);
      const Locked lock(*handle);
      (void)handle->wait(never);
    });
    victim->kill();
    InSharedMemory<unsigned> turn(0U);
    auto survivors = start_process([&] {
      run_workers(Peers::processes, {[&] { take_turns(*condition.handle(0), *turn, 0); },
                                     [&] { take_turns(*condition.handle(1), *turn, 1); }});
    });
    require_end(*survivors, !row.facts.survives_killed_waiter, patience);
  });
}

void who_locks_after_a_killed_holder_sees_what_is_claimed(const ConditionRow& row, Peers) {
  who_locks_after_a_killed_holder_sees_what_is_claimed(row, usual_patience);
}

void who_locks_after_a_killed_holder_sees_what_is_claimed(const ConditionRow& row,
                                                          Clock::duration patience) {
  const bool told = tells(row);
  run_alone([&] {
    const auto condition = shared_by_processes(row);
    be_killed_in([&] {
      condition.handle(0)->lock();
      raise(SIGKILL);
    });
    auto survivor = start_process([&] { go_on(*condition.handle(1), told); });
    require_end(*survivor, !told, patience);
  });
}

void who_is_notified_by_a_killed_holder_sees_what_is_claimed(const ConditionRow& row, Peers) {
  who_is_notified_by_a_killed_holder_sees_what_is_claimed(row, usual_patience);
}

void who_is_notified_by_a_killed_holder_sees_what_is_claimed(const ConditionRow& row,
                                                             Clock::duration patience) {
  const bool told = tells(row);
  run_alone([&] {
    const auto condition = shared_by_processes(row);
    auto survivor = start_waiter([&] {
      auto handle = condition.handle(1);
      handle->lock();
      require_raises<OwnerDied>("wait", [&] { (void)handle->wait(never); });
      handle->unlock();
      go_on(*handle, false);
    });
    be_killed_in([&] {
      auto handle = condition.handle(0);
      handle->lock();
      handle->notify(1);
      raise(SIGKILL);
    });
    require_end(*survivor, !told, patience);
  });
}

}  // namespace handoff::conformance
