#include "tests/conformance/lock_checks.hpp"

#include <signal.h>
#include <unistd.h>

#include <string>

#include "tests/conformance/lock_memory.hpp"

namespace handoff::conformance {
namespace {

/// Worker 0 holds the lock while worker 1 does `meanwhile`.
void while_another_holds(const LockRow& row, Peers peers,
                         const std::function<void(AnyLockHandle&)>& meanwhile) {
  InSharedMemory<Steps> steps;
  share(row, {2, peers}, [&](AnyLockHandle& handle, unsigned worker) {
    if (worker == 0) {
      handle.lock();
      steps->reach(1);
      steps->wait_for(2);
      handle.unlock();
    } else {
      steps->wait_for(1);
      meanwhile(handle);
      steps->reach(2);
    }
  });
}

/// Worker 0 lets go only once worker 1, which does `wait`, has had time to fall asleep.
void while_another_waits(
    const LockRow& row, Peers peers, const std::function<void(AnyLockHandle&)>& wait,
    const std::function<void()>& meanwhile = [] {}) {
  InSharedMemory<Steps> steps;
  share(row, {2, peers}, [&](AnyLockHandle& handle, unsigned worker) {
    if (worker == 0) {
      handle.lock();
      steps->reach(1);
      steps->wait_for(2);
      std::this_thread::sleep_for(a_moment);
      meanwhile();
      handle.unlock();
    } else {
      steps->wait_for(1);
      steps->reach(2);
      wait(handle);
      handle.unlock();
    }
  });
}

}  // namespace

void a_second_try_is_refused(const LockRow& row, Peers peers) {
  while_another_holds(row, peers, [](AnyLockHandle& handle) {
    require(!handle.try_lock(), "a try got what another holds");
  });
  share(row, {1, peers}, [](AnyLockHandle& handle, unsigned) {
    for (int n = 0; n < 3; ++n) {
      require(handle.try_lock(), "a try did not get what is free");
      handle.unlock();
    }
  });
}

void serves_scope_guards(const LockRow& row, Peers peers) {
  InSharedMemory<Steps> steps;
  share(row, {2, peers}, [&](AnyLockHandle& handle, unsigned worker) {
    if (worker == 0) {
      require_raises<std::range_error>("what is guarded", [&] {
        handle.guard([&] {
          steps->reach(1);
          steps->wait_for(2);
          throw std::range_error("on purpose");
        });
      });
      steps->reach(3);
    } else {
      steps->wait_for(1);
      std::unique_lock<AnyLockHandle> lock(handle, std::try_to_lock);
      require(!lock.owns_lock(), "a guard holds nothing");
      steps->reach(2);
      steps->wait_for(3);
      require(lock.try_lock(), "a guard did not let go");
    }
  });
}

void locks_side_by_side_are_independent(const LockRow& row, Peers peers) {
  SharedLock first(row, {2, peers});
  SharedLock second(row, {2, peers});
  InSharedMemory<Steps> steps;
  run_workers(peers, {[&] {
                        auto handle = first.handle(0);
                        handle->lock();
                        steps->reach(1);
                        steps->wait_for(2);
                        handle->unlock();
                      },
                      [&] {
                        auto handle = second.handle(1);
                        steps->wait_for(1);
                        require(handle->try_lock(), "another lock is held too");
                        handle->unlock();
                        steps->reach(2);
                      }});
}

void shapes_and_workers_out_of_range_raise(const LockRow& row, Peers peers) {
  run_alone([&] {
    require_raises<std::invalid_argument>("a lock for nobody", [&] {
      SharedLock(row, {0, peers});
    });
    SharedLock lock(row, {2, peers});
    require_raises<std::out_of_range>("the handle of worker 2 of 2", [&] { lock.handle(2); });
    require_raises<std::out_of_range>("the handle of worker -1", [&] { lock.handle(~0U); });
    if (row.facts.most_workers == unlimited) return;
    auto most = static_cast<unsigned>(row.facts.most_workers);
    SharedLock(row, {most, peers}).handle(most - 1)->lock();
    require_raises<LimitError>("one worker too many", [&] { SharedLock(row, {most + 1, peers}); });
  });
}

void a_wait_goes_on_after_a_signal(const LockRow& row, Peers peers) {
  InSharedMemory<std::atomic<pid_t>> process(0);
  InSharedMemory<std::atomic<pid_t>> thread(0);
  auto wait = [&](AnyLockHandle& handle) {
    struct sigaction ignores {};
    ignores.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGUSR1, &ignores, nullptr);
    *process = getpid();
    *thread = gettid();
    handle.lock();
  };
  auto interrupt = [&] {
    while (*thread == 0) std::this_thread::yield();
    for (int n = 0; n < 3; ++n) {
      std::this_thread::sleep_for(a_moment / 4);
      require(tgkill(*process, *thread, SIGUSR1) == 0, "tgkill");
    }
    std::this_thread::sleep_for(a_moment / 4);
  };
  while_another_waits(row, peers, wait, interrupt);
}

void a_waiter_costs_next_to_no_processor_time(const LockRow& row, Peers peers) {
  constexpr auto length = std::chrono::milliseconds(100);
  auto wait = [&](AnyLockHandle& handle) {
    auto before = processor_time_of_this_thread();
    handle.lock();
    // Far more than going to sleep costs, and less than who spins gets of a crowded machine.
    require(processor_time_of_this_thread() - before < length / 20, "the waiter spins");
  };
  while_another_waits(row, peers, wait, [&] { std::this_thread::sleep_for(length); });
}

void releasing_an_unheld_lock_raises(const LockRow& row, Peers peers) {
  share(row, {1, peers}, [](AnyLockHandle& handle, unsigned) {
    for (int n = 0; n < 2; ++n) {
      require_raises<std::system_error>("unlock of an unheld lock", [&] { handle.unlock(); });
      require(handle.try_lock(), "a refused unlock has left it held");
      handle.unlock();
    }
  });
}

void releasing_what_another_holds_is_refused(const LockRow& row, Peers peers) {
  while_another_holds(row, peers, [](AnyLockHandle& handle) {
    require_raises<std::system_error>("unlock of what another holds", [&] { handle.unlock(); });
    require(!handle.try_lock(), "an unlock by another worker has made it free");
  });
}

void a_recursive_lock_nests(const LockRow& row, Peers peers) {
  InSharedMemory<Steps> steps;
  constexpr unsigned depth = 3;
  share(row, {2, peers}, [&](AnyLockHandle& handle, unsigned worker) {
    if (worker == 0) {
      handle.lock();
      require(handle.try_lock(), "its holder's try is refused");
      if (row.timed) {
        require(handle.try_lock_until(at_once), "its holder's timed try is refused");
      } else {
        handle.lock();
      }
      for (unsigned left = depth; left > 0; --left) {
        steps->reach(2 * (depth - left) + 1);
        steps->wait_for(2 * (depth - left) + 2);
        handle.unlock();
      }
      steps->reach(2 * depth + 1);
    } else {
      for (unsigned left = depth; left > 0; --left) {
        steps->wait_for(2 * (depth - left) + 1);
        require(!handle.try_lock(), "free before its holder's last unlock");
        steps->reach(2 * (depth - left) + 2);
      }
      steps->wait_for(2 * depth + 1);
      require(handle.try_lock(), "held after its holder's last unlock");
      handle.unlock();
    }
  });
}

void one_release_too_many_raises(const LockRow& row, Peers peers) {
  share(row, {1, peers}, [](AnyLockHandle& handle, unsigned) {
    handle.lock();
    handle.lock();
    handle.unlock();
    handle.unlock();
    require_raises<std::system_error>("one unlock too many", [&] { handle.unlock(); });
  });
}

void a_timed_acquire_fails_after_its_time_and_not_before(const LockRow& row, Peers peers) {
  while_another_holds(row, peers, [](AnyLockHandle& handle) {
    for (auto time : {a_moment / 20, a_moment}) {
      const Deadline deadline = after(time);
      require(!handle.try_lock_until(deadline), "it got what another holds");
      require(Clock::now() >= deadline, "it gave up before its time");
    }
  });
}

void a_timed_acquire_gets_what_is_released_in_time(const LockRow& row, Peers peers) {
  for (Deadline deadline : {after(usual_watchdog), never}) {
    while_another_waits(row, peers, [=](AnyLockHandle& handle) {
      require(handle.try_lock_until(deadline), "it did not get what was released in time");
    });
  }
}

void a_deadline_that_has_passed_tries_once(const LockRow& row, Peers peers) {
  auto passed = [] {
    return std::array{at_once, Deadline(), Clock::now() - std::chrono::seconds(1)};
  };
  while_another_holds(row, peers, [&](AnyLockHandle& handle) {
    for (Deadline deadline : passed()) {
      require(!handle.try_lock_until(deadline), "it got what another holds");
    }
  });
  share(row, {1, peers}, [&](AnyLockHandle& handle, unsigned) {
    for (Deadline deadline : passed()) {
      require(handle.try_lock_until(deadline), "it did not get what is free");
      handle.unlock();
    }
  });
}

}  // namespace handoff::conformance
