#include "tests/conformance/semaphore_crowd_checks.hpp"

#include <sched.h>

#include "tests/conformance/play.hpp"

namespace handoff::conformance {
namespace {

/// Worker 0 has the only permit, and lets go of it only once worker 1, which does `wait` and has
/// the permit then, has had time to fall asleep, and after `meanwhile`.
void while_another_waits(
    const SemaphoreRow& row, Peers peers, const std::function<void(AnySemaphoreHandle&)>& wait,
    const std::function<void()>& meanwhile = [] {}) {
  InSharedMemory<Steps> steps;
  InSharedMemory<std::atomic<bool>> got(false);
  share(row.form, {2, peers, 1}, [&](AnySemaphoreHandle& handle, unsigned worker) {
    if (worker == 0) {
      handle.acquire();
      steps->reach(1);
      steps->wait_for(2);
      std::this_thread::sleep_for(a_moment);
      meanwhile();
      require(!*got, "it did not wait");
      handle.release(1);
      steps->wait_for(3);  // what it did counts until it has ended
    } else {
      steps->wait_for(1);
      steps->reach(2);
      wait(handle);
      *got = true;
      handle.release(1);
      steps->reach(3);
    }
  });
}

/// As many as take well under a second where each costs a sleep, or a time slice.
std::uint64_t hand_overs(const Info& info) { return info.waiting == Waiting::spins ? 50 : 3000; }

}  // namespace

void an_acquire_at_zero_waits_for_a_release(const SemaphoreRow& row, Peers peers) {
  while_another_waits(row, peers, [](AnySemaphoreHandle& handle) { handle.acquire(); });
}

void a_timed_acquire_gets_what_is_released_in_time(const SemaphoreRow& row, Peers peers) {
  for (Deadline deadline : {after(std::chrono::hours(1)), never}) {
    while_another_waits(row, peers, [deadline](AnySemaphoreHandle& handle) {
      require(handle.try_acquire_until(deadline), "what was released in time was refused");
    });
  }
}

void permits_admit_that_many_at_once_and_no_more(const SemaphoreRow& row, Peers peers) {
  constexpr unsigned permits = 3;
  struct Inside {
    std::atomic<unsigned> now{0};
    std::atomic<unsigned> most{0};
  };
  InSharedMemory<Inside> inside;
  share(row.form, {8, peers, permits}, [&](AnySemaphoreHandle& handle, unsigned) {
    for (const Deadline end = after(std::chrono::milliseconds(100)); Clock::now() < end;) {
      handle.acquire();
      const unsigned now = ++inside->now;
      for (unsigned most = inside->most;
           most < now && !inside->most.compare_exchange_weak(most, now);) {
      }
      // Asleep, so that others do come meanwhile.
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      --inside->now;
      handle.release(1);
    }
  });
  require(inside->most <= permits, std::to_string(inside->most) + " were let in at once");
  require(inside->most == permits, "never were all permits in use");
}

void a_release_of_several_lets_in_as_many(const SemaphoreRow& row, Peers peers) {
  constexpr unsigned waiters = 3;
  InSharedMemory<Steps> waiting;
  InSharedMemory<Steps> let_in;
  share(row.form, {1 + waiters, peers, waiters}, [&](AnySemaphoreHandle& handle, unsigned worker) {
    if (worker == 0) {
      for (unsigned n = 0; n < waiters; ++n) handle.acquire();
      waiting->reach(1);
      waiting->wait_for(1 + waiters);
      std::this_thread::sleep_for(a_moment);
      handle.release(waiters);
    } else {
      waiting->wait_for(1);
      waiting->count_in();
      handle.acquire();
      let_in->count_in();
    }
    let_in->wait_for(waiters);  // nobody gives back, or ends, before all are in
  });
}

/// Two workers take turns at plain memory.
void hand_overs_lose_no_wake_up_and_show_what_was_done(const SemaphoreRow& row, Peers peers) {
  const std::uint64_t count = hand_overs(row.info);
  const SharedObject there(row.form, {2, peers, 1});
  const SharedObject back(row.form, {2, peers, 1});
  InSharedMemory<Steps> steps;
  InSharedMemory<std::uint64_t> turns(std::uint64_t{0});
  auto take_turn = [&](std::uint64_t due) {
    require(*turns == due, "what was done before a release is not seen after the acquire");
    ++*turns;
  };
  run_workers(peers, {[&] {
                        auto out = there.handle(0);
                        auto in = back.handle(0);
                        out->acquire();  // as at first, nothing is free
                        in->acquire();
                        steps->reach(1);
                        for (std::uint64_t n = 0; n < count; ++n) {
                          take_turn(2 * n);
                          out->release(1);
                          in->acquire();
                        }
                        steps->reach(2);
                      },
                      [&] {
                        auto in = there.handle(1);
                        auto out = back.handle(1);
                        steps->wait_for(1);
                        for (std::uint64_t n = 0; n < count; ++n) {
                          in->acquire();
                          take_turn(2 * n + 1);
                          out->release(1);
                        }
                        steps->wait_for(2);  // what it did counts until it has ended
                      }});
}

/// Half of the workers give, one or two at a time, what the others take.
void givers_and_takers_lose_and_double_nothing(const SemaphoreRow& row, Peers peers) {
  constexpr unsigned pairs = 4;
  constexpr std::size_t each = 500;
  constexpr std::size_t largest = 2;
  // A bounded one has to be able to hold all, and have none of it at first.
  constexpr std::size_t permits = pairs * each * largest;
  const SharedObject semaphore(row.form, {2 * pairs, peers, permits});
  InSharedMemory<Steps> steps;  // as many as there are workers that have done their first part
  const std::function<void()> give = [&] {
    auto handle = semaphore.handle(0);
    for (std::size_t n = 0; n < permits / pairs; ++n) handle->acquire();
    steps->count_in();
    steps->wait_for(pairs);
    for (std::size_t n = 0; n < each; ++n) handle->release(1 + n % largest);
    steps->wait_for(2 * pairs);
    require(!handle->try_acquire(), "a permit was doubled");
    steps->count_in();
    steps->wait_for(3 * pairs);  // what each did counts until it has ended
  };
  const std::function<void()> take = [&] {
    auto handle = semaphore.handle(1);
    steps->wait_for(pairs);
    // Of each two releases, which give three.
    for (std::size_t n = 0; n < each / 2 * 3; ++n) handle->acquire();
    steps->count_in();
    steps->wait_for(3 * pairs);
  };
  std::vector<std::function<void()>> work(pairs, give);
  work.insert(work.end(), pairs, take);
  run_workers(peers, work);
}

/// All at once, again and again: only who looks and changes in one step refuses all the others.
void of_many_releases_for_one_taken_permit_one_succeeds(const SemaphoreRow& row, Peers peers) {
  constexpr unsigned workers = 4;
  constexpr unsigned rounds = 300;
  InSharedMemory<std::atomic<unsigned>> arrived(0U);
  InSharedMemory<std::atomic<unsigned>> succeeded(0U);
  auto all_arrive_for = [&](unsigned time) {
    for (++*arrived; *arrived < time * workers;) sched_yield();
  };
  share(row.form, {workers, peers, 1}, [&](AnySemaphoreHandle& handle, unsigned worker) {
    for (unsigned n = 0; n < rounds; ++n) {
      if (worker == 0) handle.acquire();
      all_arrive_for(2 * n + 1);
      try {
        handle.release(1);
        ++*succeeded;
      } catch (const LimitError&) {
      }
      all_arrive_for(2 * n + 2);
      // In each round: releases too many in one are made up for by the refusals that follow.
      require(worker != 0 || *succeeded == n + 1, "not one of the releases succeeded");
    }
  });
}

void a_wait_goes_on_after_signals(const SemaphoreRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  while_another_waits(
      row, peers,
      [&](AnySemaphoreHandle& handle) {
        waiter->expect_interruptions();
        handle.acquire();
      },
      [&] { waiter->interrupt(); });
  if (!row.timed) return;
  InSharedMemory<Interruptible> timed;
  while_another_waits(
      row, peers,
      [&](AnySemaphoreHandle& handle) {
        timed->expect_interruptions();
        require(handle.try_acquire_until(after(std::chrono::hours(1))), "a signal ended a wait");
      },
      [&] { timed->interrupt(); });
}

void who_sleeps_costs_no_processor_time(const SemaphoreRow& row, Peers peers) {
  while_another_waits(
      row, peers, [](AnySemaphoreHandle& handle) { require_sleep_in([&] { handle.acquire(); }); },
      [] { std::this_thread::sleep_for(a_sleep); });
}

}  // namespace handoff::conformance
