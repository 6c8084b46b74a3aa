#include "tests/conformance/barrier_checks.hpp"

#include <array>
#include <atomic>
#include <cstdint>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/random_delay.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

constexpr unsigned most_parties = 4;

/// What each party has done; its own part is written by it alone, between two waits. Plain numbers,
/// so that a sanitizer sees who looks at them unordered.
struct Parts {
  struct alignas(64) Part {
    std::uint64_t rounds = 0;
  };
  std::array<Part, most_parties> of;
};

/// So many rounds of a party: in each it does its part, waits, and sees the others' parts, none of
/// which is a round ahead until it has waited once more.
void go_round(AnyBarrierHandle& handle, Parts& parts, unsigned party, unsigned parties,
              std::uint64_t rounds) {
  RandomDelay delay(party);
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    delay();
    parts.of[party].rounds = round;
    (void)handle.wait();
    for (unsigned other = 0; other < parties; ++other) {
      const std::uint64_t theirs = parts.of[other].rounds;
      require(theirs == round, "party " + std::to_string(other) + " is in round " +
                                   std::to_string(theirs) + " and not " + std::to_string(round));
    }
    (void)handle.wait();
  }
}

void go_round(const BarrierRow& row, Peers peers, unsigned parties, std::uint64_t rounds) {
  InSharedMemory<Parts> parts;
  share(row.form, {parties, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
    go_round(handle, *parts, party, parties, rounds);
  });
}

/// Party 1 waits in `wait`; party 0 comes only after `meanwhile`, once party 1 has had time to fall
/// asleep.
void while_another_waits(const BarrierRow& row, Peers peers,
                         const std::function<void(AnyBarrierHandle&)>& wait,
                         const std::function<void(const Steps&)>& meanwhile) {
  InSharedMemory<Steps> steps;
  share(row.form, {2, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
    if (party == 1) {
      steps->reach(1);
      wait(handle);
      steps->reach(2);
    } else {
      steps->wait_for(1);
      std::this_thread::sleep_for(a_moment);
      meanwhile(*steps);
      (void)handle.wait();
    }
  });
}

}  // namespace

void nobody_passes_before_all_have_come(const BarrierRow& row, Peers peers) {
  for (unsigned parties = 2; parties <= most_parties; ++parties) {
    InSharedMemory<Steps> passed;
    share(row.form, {parties, peers}, [&](AnyBarrierHandle& handle, unsigned party) {
      if (party == 0) {
        std::this_thread::sleep_for(a_moment);
        require(!passed->has_reached(1), "somebody passed before all had come");
      }
      (void)handle.wait();
      passed->count_in();
    });
  }
}

/// Two waits make a round here. More parties than CPUs that wait awake may take a time slice each.
void a_thousand_rounds_without_overtaking(const BarrierRow& row, Peers peers) {
  const bool awake = row.info.waiting == Waiting::spins;
  const std::uint64_t slowdown = sanitized || delayed ? 5 : 1;
  go_round(row, peers, 2, 1000 / slowdown);
  for (unsigned parties : {3U, most_parties}) {
    go_round(row, peers, parties, (awake ? 10 : 500) / slowdown);
  }
}

void exactly_one_gets_index_0(const BarrierRow& row, Peers peers) {
  for (unsigned parties = 1; parties <= most_parties; ++parties) {
    constexpr unsigned rounds = 10;
    InSharedMemory<std::array<std::atomic<unsigned>, rounds>> first;
    share(row.form, {parties, peers}, [&](AnyBarrierHandle& handle, unsigned) {
      for (auto& of_round : *first) {
        if (handle.wait() == 0) ++of_round;
      }
    });
    for (unsigned of_round : *first) {
      require(of_round == 1, std::to_string(of_round) + " parties got index 0");
    }
  }
}

void the_action_runs_once_before_release(const BarrierRow& row, Peers peers) {
  constexpr unsigned rounds = 20;
  struct Shared {
    std::uint64_t actions = 0;
    Parts parts;
  };
  InSharedMemory<Shared> shared;
  auto act = [](void* argument) {
    auto& its = *static_cast<Shared*>(argument);
    ++its.actions;
    for (const Parts::Part& part : its.parts.of) {
      if (part.rounds != its.actions) its.actions += 1'000'000;  // not all had come
    }
  };
  const BarrierAction action{.run = act, .argument = &*shared};
  share(row.form, {most_parties, peers, action}, [&](AnyBarrierHandle& handle, unsigned party) {
    RandomDelay delay(party);
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      delay();
      shared->parts.of[party].rounds = round;
      (void)handle.wait();
      require(shared->actions == round, "somebody passed before the action, or it ran too often");
    }
  });
  require(shared->actions == rounds, "the action ran too often");
}

void an_action_that_nobody_would_run_raises(const BarrierRow& row, Peers peers) {
  run_alone([&] {
    const BarrierAction action{.run = [](void*) {}};
    require_raises<std::invalid_argument>("an action", [&] {
      SharedObject<BarrierForm>(row.form, {1, peers, action});
    });
  });
}

void a_barrier_of_one_never_blocks(const BarrierRow& row, Peers peers) {
  share(row.form, {1, peers}, [&](AnyBarrierHandle& handle, unsigned) {
    for (int n = 0; n < 1000; ++n) require(handle.wait() == 0, "its only party is not the first");
  });
}

void a_handle_taken_anew_goes_on_where_the_last_one_stopped(const BarrierRow& row, Peers peers) {
  constexpr unsigned parties = 3;
  const SharedObject<BarrierForm> barrier(row.form, {parties, peers});
  InSharedMemory<Parts> parts;
  // Threads run in a process forked for them, with a copy of what the object has on the heap: they
  // are one team, and processes are three, one after the other.
  const unsigned teams = peers == Peers::processes ? 3 : 1;
  for (unsigned team = 0; team < teams; ++team) {
    std::vector<std::function<void()>> workers;
    for (unsigned party = 0; party < parties; ++party) {
      workers.push_back([&, party] {
        for (int round = 0; round < 3; ++round) {
          auto handle = barrier.handle(party);
          parts->of[party].rounds = 0;
          go_round(*handle, *parts, party, parties, 1);
        }
      });
    }
    run_workers(peers, workers);
  }
}

void works_through_two_mappings_at_different_addresses(const BarrierRow& row, Peers) {
  works_through_two_mappings_at_different_addresses(row, usual_watchdog / 2);
}

void works_through_two_mappings_at_different_addresses(const BarrierRow& row,
                                                       Clock::duration watchdog) {
  run_alone([&] {
    const Descriptor file(harness::make_memory_file(row.form.bytes));
    auto here = harness::Region::of_file(file.get(), row.form.bytes);
    auto there = harness::Region::of_file(file.get(), row.form.bytes);
    row.form.build(here.data(), {2, Peers::processes});
    InSharedMemory<Parts> parts;
    auto work = [&](void* barrier, unsigned party) {
      go_round(*row.form.handle(barrier, party), *parts, party, 2, 100);
    };
    run_workers(Peers::processes, {[&] { work(here.data(), 0); }, [&] { work(there.data(), 1); }},
                watchdog);
    row.form.destroy(here.data());
  });
}

void a_wait_goes_on_after_a_signal(const BarrierRow& row, Peers peers) {
  InSharedMemory<Interruptible> waiter;
  while_another_waits(
      row, peers,
      [&](AnyBarrierHandle& handle) {
        waiter->expect_interruptions();
        (void)handle.wait();
      },
      [&](const Steps& steps) {
        waiter->interrupt();
        require(!steps.has_reached(2), "a signal let it pass");
      });
}

void a_waiter_costs_next_to_no_processor_time(const BarrierRow& row, Peers peers) {
  while_another_waits(
      row, peers, [](AnyBarrierHandle& handle) { require_sleep_in([&] { (void)handle.wait(); }); },
      [](const Steps&) { std::this_thread::sleep_for(a_sleep); });
}

void barriers_side_by_side_are_independent(const BarrierRow& row, Peers peers) {
  const SharedObject<BarrierForm> first(row.form, {2, peers});
  const SharedObject<BarrierForm> second(row.form, {2, peers});
  InSharedMemory<Steps> passed;
  run_workers(peers, {[&] {
                        (void)first.handle(0)->wait();
                        passed->count_in();
                      },
                      [&] {
                        (void)second.handle(0)->wait();
                        passed->count_in();
                      },
                      [&] {
                        std::this_thread::sleep_for(a_moment);
                        require(!passed->has_reached(1), "parties of two barriers met");
                        (void)first.handle(1)->wait();
                        (void)second.handle(1)->wait();
                      }});
}

void shapes_and_parties_out_of_range_raise(const BarrierRow& row, Peers peers) {
  run_alone([&] {
    using Shared = SharedObject<BarrierForm>;
    require_raises<std::invalid_argument>("a barrier for nobody", [&] {
      Shared(row.form, {0, peers});
    });
    const Shared barrier(row.form, {2, peers});
    require_raises<std::out_of_range>("the handle of party 2 of 2", [&] { barrier.handle(2); });
    require_raises<std::out_of_range>("the handle of party -1", [&] { barrier.handle(~0U); });
    if (row.facts.most_parties == unlimited) return;
    const auto most = static_cast<unsigned>(row.facts.most_parties);
    const Shared full(row.form, {most, peers});
    (void)full.handle(most - 1);
    require_raises<LimitError>("one party too many", [&] { Shared(row.form, {most + 1, peers}); });
  });
}

}  // namespace handoff::conformance
