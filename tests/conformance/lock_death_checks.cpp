#include <csignal>

#include "impl/common/locks/robust_mutex.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/lock_life_checks.hpp"
#include "tests/conformance/lock_memory.hpp"

namespace handoff::conformance {
namespace {

using harness::Fate;

/// Locks it in a process of its own and dies there.
void be_killed_holding(const SharedLock& lock) {
  be_killed_in([&] {
    auto handle = lock.handle(0);
    handle->lock();
    raise(SIGKILL);
  });
}

/// Uses the lock as one that may have been left by a dead holder, and then as any other.
void go_on(AnyLockHandle& handle, HolderDeath claimed) {
  bool told = false;
  try {
    handle.lock();
    handle.unlock();
  } catch (const OwnerDied&) {
    told = true;
  }
  require(told == (claimed == HolderDeath::told), told ? "it was told" : "it was not told");
  handle.lock();
  handle.unlock();
}

}  // namespace

void the_next_after_a_killed_holder_sees_what_is_claimed(const LockRow& row,
                                                         Clock::duration patience) {
  const HolderDeath claimed = row.facts.on_holder_death;
  run_alone([&] {
    SharedLock lock(row, {2, Peers::processes});
    lock.will_be_held_for_ever();
    be_killed_holding(lock);
    auto survivor = start_process([&] {
      auto handle = lock.handle(1);
      go_on(*handle, claimed);
    });
    require_end(*survivor, claimed == HolderDeath::hangs, patience);
    if (!row.telling) return;
    be_killed_holding(lock);
    auto repairer = start_process([&] {
      auto handle = lock.handle(1);
      for (bool died : {true, false}) {
        require(handle->lock_and_tell() == died, "lock_and_tell tells something else");
        handle->unlock();
      }
    });
    require_end(*repairer, false, patience);
  });
}

void the_next_after_a_killed_holder_sees_what_is_claimed(const LockRow& row, Peers) {
  the_next_after_a_killed_holder_sees_what_is_claimed(row, usual_patience);
}

void a_waiter_for_a_killed_holder_sees_what_is_claimed(const LockRow& row,
                                                       Clock::duration patience) {
  const HolderDeath claimed = row.facts.on_holder_death;
  run_alone([&] {
    SharedLock lock(row, {2, Peers::processes});
    lock.will_be_held_for_ever();
    InSharedMemory<Steps> held;
    auto holder = start_process([&] {
      auto handle = lock.handle(0);
      handle->lock();
      held->reach(1);
      held->wait_for(2);  // which never comes
    });
    held->wait_for(1);
    auto survivor = start_waiter([&] {
      auto handle = lock.handle(1);
      go_on(*handle, claimed);
    });
    kill(holder->process(0), SIGKILL);
    if (row.facts.aborts_who_waits) {
      survivor->finish(after(patience));
      require_fate(*survivor, Fate::Kind::killed);
      require(survivor->fate(0).code == SIGABRT, "the survivor was not aborted");
    } else {
      require_end(*survivor, claimed == HolderDeath::hangs, patience);
    }
  });
}

void a_waiter_for_a_killed_holder_sees_what_is_claimed(const LockRow& row, Peers) {
  a_waiter_for_a_killed_holder_sees_what_is_claimed(row, usual_patience);
}

void a_killed_waiter_holds_up_others_only_where_claimed(const LockRow& row,
                                                        Clock::duration patience) {
  run_alone([&] {
    SharedLock lock(row, {3, Peers::processes});
    lock.will_be_held_for_ever();  // where that is claimed
    auto handle = lock.handle(0);
    handle->lock();
    auto victim = start_waiter([&] { lock.handle(1)->lock(); });
    victim->kill();
    handle->unlock();
    auto survivor = start_process([&] { lock.handle(2)->guard([] {}); });
    require_end(*survivor, !row.facts.survives_killed_waiter, patience);
  });
}

void a_killed_waiter_holds_up_others_only_where_claimed(const LockRow& row, Peers) {
  a_killed_waiter_holds_up_others_only_where_claimed(row, usual_patience);
}

}  // namespace handoff::conformance
