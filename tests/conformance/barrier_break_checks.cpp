#include "tests/conformance/barrier_break_checks.hpp"

#include <array>
#include <atomic>

#include "tests/conformance/play.hpp"
#include "tests/conformance/random_delay.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

constexpr unsigned parties = 4;

void come(AnyBarrierHandle& handle) { (void)handle.wait(after(usual_watchdog)); }

void await(AnyBarrierHandle& handle, unsigned waiting) {
  Steps::wait_until([&] { return handle.waiting() == waiting; });
}

/// All but party 0 do `wait`; once they do, party 0 does `meanwhile`.
void while_others_wait(const BarrierRow& row, Peers peers,
                       const std::function<void(AnyBarrierHandle&)>& wait,
                       const std::function<void(AnyBarrierHandle&)>& meanwhile,
                       Clock::duration watchdog, BarrierAction action = {}) {
  auto work = [&](AnyBarrierHandle& handle, unsigned party) {
    if (party > 0) return wait(handle);
    await(handle, parties - 1);
    meanwhile(handle);
  };
  share(row.form, {parties, peers, action}, work, watchdog);
}

}  // namespace

void require_broken(AnyBarrierHandle& handle, Deadline deadline) {
  require_raises<BrokenBarrier>("wait", [&] { (void)handle.wait(deadline); });
}

void abort_breaks_all_who_wait_and_all_who_come(const BarrierRow& row, Peers peers) {
  abort_breaks_all_who_wait_and_all_who_come(row, peers, usual_watchdog);
}

void abort_breaks_all_who_wait_and_all_who_come(const BarrierRow& row, Peers peers,
                                                Clock::duration watchdog) {
  auto find_it_broken = [](AnyBarrierHandle& handle) {
    require(handle.is_broken(), "it is not broken after an abort");
    require(handle.waiting() == 0, "somebody waits at a broken barrier");
    require_broken(handle);
    require_broken(handle, at_once);
  };
  while_others_wait(
      row, peers,
      [&](AnyBarrierHandle& handle) {
        require(!handle.is_broken(), "it is broken at first");
        require_broken(handle);
        find_it_broken(handle);
      },
      [&](AnyBarrierHandle& handle) {
        for (int n = 0; n < 2; ++n) {
          handle.abort();
          find_it_broken(handle);
        }
      },
      watchdog);
}

void reset_frees_who_waits_and_makes_it_whole_again(const BarrierRow& row, Peers peers) {
  reset_frees_who_waits_and_makes_it_whole_again(row, peers, usual_watchdog);
}

void reset_frees_who_waits_and_makes_it_whole_again(const BarrierRow& row, Peers peers,
                                                    Clock::duration watchdog) {
  InSharedMemory<Steps> freed;
  while_others_wait(
      row, peers,
      [&](AnyBarrierHandle& handle) {
        for (unsigned n = 0; n < 2; ++n) {
          require_broken(handle);
          freed->count_in();
          // Broken a second time, it is first aborted and then reset.
          freed->wait_for((n + 1) * parties);
          for (int round = 0; round < 3; ++round) come(handle);
        }
      },
      [&](AnyBarrierHandle& handle) {
        for (unsigned n = 0; n < 2; ++n) {
          await(handle, parties - 1);
          if (n == 1) handle.abort();
          handle.reset();
          require(!handle.is_broken(), "it is broken after a reset");
          freed->count_in();
          for (int round = 0; round < 3; ++round) come(handle);
        }
      },
      watchdog);
}

void a_reset_while_nobody_waits_changes_nothing(const BarrierRow& row, Peers peers) {
  share(row.form, {1, peers}, [](AnyBarrierHandle& handle, unsigned) {
    for (int n = 0; n < 3; ++n) {
      handle.reset();
      require(!handle.is_broken(), "it is broken after a reset");
      require(handle.wait(never) == 0, "its only party is not the first");
    }
  });
}

void one_late_party_breaks_all(const BarrierRow& row, Peers peers) {
  one_late_party_breaks_all(row, peers, usual_watchdog);
}

void one_late_party_breaks_all(const BarrierRow& row, Peers peers, Clock::duration watchdog) {
  InSharedMemory<Steps> broken;
  auto work = [&](AnyBarrierHandle& handle, unsigned party) {
    if (party > 0) {
      // One of them has no more than a moment.
      require_broken(handle, party == 1 ? after(a_moment) : never);
      broken->count_in();
    } else {
      broken->wait_for(parties - 1);
      require(handle.is_broken(), "it is not broken");
      require_broken(handle);
    }
  };
  share(row.form, {parties, peers}, work, watchdog);
}

void a_timed_wait_breaks_after_its_time_and_not_before(const BarrierRow& row, Peers peers) {
  share(row.form, {2, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
    if (party > 0) return;
    for (auto time :
         {Clock::duration::zero(), Clock::duration(a_moment / 20), Clock::duration(a_moment)}) {
      const Deadline deadline = after(time);
      require_broken(handle, deadline);
      require(Clock::now() >= deadline, "it broke before its time");
      handle.reset();
    }
  });
  share(row.form, {2, peers},
        [](AnyBarrierHandle& handle, unsigned) { (void)handle.wait(after(usual_watchdog)); });
}

void an_action_that_throws_breaks_the_barrier(const BarrierRow& row, Peers peers) {
  an_action_that_throws_breaks_the_barrier(row, peers, usual_watchdog);
}

void an_action_that_throws_breaks_the_barrier(const BarrierRow& row, Peers peers,
                                              Clock::duration watchdog) {
  while_others_wait(
      row, peers,
      [](AnyBarrierHandle& handle) {
        require_broken(handle);
        require(handle.is_broken(), "it is not broken");
      },
      [](AnyBarrierHandle& handle) {
        require_raises<std::range_error>("the action", [&] { (void)handle.wait(never); });
        require(handle.is_broken(), "it is not broken");
      },
      watchdog, {.run = [](void*) { throw std::range_error("on purpose"); }});
}

void waiting_counts_those_who_have_come(const BarrierRow& row, Peers peers) {
  InSharedMemory<Steps> steps;
  share(row.form, {parties, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
    if (party == 0) {
      for (unsigned n = 0; n < parties - 1; ++n) {
        std::this_thread::sleep_for(a_moment / 20);
        require(handle.waiting() == n,
                std::to_string(handle.waiting()) + " wait and not " + std::to_string(n));
        steps->reach(n + 1);
        await(handle, n + 1);
      }
      come(handle);
      require(handle.waiting() == 0, "somebody waits after all have passed");
    } else {
      steps->wait_for(party);
      come(handle);
    }
  });
}

/// Parties come with little time, abort and reset; whoever passes a round does so with all others,
/// who count themselves in before they come.
void breaks_and_resets_at_any_moment_let_nobody_pass_alone(const BarrierRow& row, Peers peers) {
  constexpr unsigned three = 3;
  InSharedMemory<std::array<std::atomic<unsigned>, three>> tries;
  InSharedMemory<std::array<std::atomic<unsigned>, three>> passed;
  share(row.form, {three, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
    RandomDelay delay(party);
    for (unsigned n = 0; n < 3000 / (sanitized || delayed ? 10 : 1); ++n, delay()) {
      ++(*tries)[party];
      try {
        (void)handle.wait(after(std::chrono::microseconds(200)));
        ++(*passed)[party];
        for (const auto& others : *tries) {
          require(others >= (*passed)[party], "a party passed without the others");
        }
      } catch (const BrokenBarrier&) {
        handle.reset();
      }
      if (n % 64 == party) handle.abort();
    }
  });
  for (const auto& one : *passed) {
    require(one == (*passed)[0], "some have passed more rounds than others");
  }
}

}  // namespace handoff::conformance
