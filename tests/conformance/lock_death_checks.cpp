#include <csignal>

#include "impl/common/locks/robust_mutex.hpp"
#include "tests/conformance/lock_life_checks.hpp"
#include "tests/conformance/lock_memory.hpp"

namespace handoff::conformance {
namespace {

using harness::Fate;
using harness::Team;

/// How long a survivor is given before it counts as hung, where it should hang.
constexpr auto time_to_hang = std::chrono::milliseconds(200);
constexpr auto usual_patience = usual_watchdog / 4;

std::unique_ptr<Team> start(const std::function<void()>& work) {
  return std::make_unique<Team>(harness::TeamPlan{
      .peers = Peers::processes, .workers = 1, .work = [work](unsigned) { work(); }});
}

/// Locks it in a process of its own and dies there.
void be_killed_holding(const SharedLock& lock) {
  auto victim = start([&] {
    auto handle = lock.handle(0);
    handle->lock();
    raise(SIGKILL);
  });
  victim->finish(after(usual_patience));
  require(victim->fate(0).kind == Fate::Kind::killed, "nobody was killed");
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

void require_fate(const Fate& fate, Fate::Kind due) {
  require(fate.kind == due, "the survivor " + describe(fate));
}

/// The survivor has to end as claimed: in time, or not at all.
void require_end(Team& survivor, bool hangs, Clock::duration patience) {
  survivor.finish(after(hangs ? Clock::duration(time_to_hang) : patience));
  require_fate(survivor.fate(0), hangs ? Fate::Kind::hung : Fate::Kind::finished);
}

/// A process that waits for the lock, which somebody else holds.
std::unique_ptr<Team> start_waiter(Steps& steps, const std::function<void()>& wait) {
  auto waiter = start([&steps, wait] {
    steps.reach(1);
    wait();
  });
  steps.wait_for(1);
  std::this_thread::sleep_for(a_moment);
  require(!waiter->failed(), "it did not wait");
  return waiter;
}

}  // namespace

void the_next_after_a_killed_holder_sees_what_is_claimed(const LockRow& row,
                                                         Clock::duration patience) {
  const HolderDeath claimed = row.facts.on_holder_death;
  run_alone([&] {
    SharedLock lock(row, {2, Peers::processes});
    lock.will_be_held_for_ever();
    be_killed_holding(lock);
    auto survivor = start([&] {
      auto handle = lock.handle(1);
      go_on(*handle, claimed);
    });
    require_end(*survivor, claimed == HolderDeath::hangs, patience);
    if (!row.telling) return;
    be_killed_holding(lock);
    auto repairer = start([&] {
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
    auto holder = start([&] {
      auto handle = lock.handle(0);
      handle->lock();
      held->reach(1);
      held->wait_for(2);  // which never comes
    });
    held->wait_for(1);
    InSharedMemory<Steps> waits;
    auto survivor = start_waiter(*waits, [&] {
      auto handle = lock.handle(1);
      go_on(*handle, claimed);
    });
    kill(holder->process(0), SIGKILL);
    if (row.facts.aborts_who_waits) {
      survivor->finish(after(patience));
      require_fate(survivor->fate(0), Fate::Kind::killed);
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
    InSharedMemory<Steps> waits;
    auto victim = start_waiter(*waits, [&] { lock.handle(1)->lock(); });
    victim->kill();
    handle->unlock();
    auto survivor = start([&] { lock.handle(2)->guard([] {}); });
    require_end(*survivor, !row.facts.survives_killed_waiter, patience);
  });
}

void a_killed_waiter_holds_up_others_only_where_claimed(const LockRow& row, Peers) {
  a_killed_waiter_holds_up_others_only_where_claimed(row, usual_patience);
}

}  // namespace handoff::conformance
