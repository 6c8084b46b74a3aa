#include "tests/conformance/condition_race_checks.hpp"

#include <array>
#include <cstdint>

#include "impl/common/descriptor.hpp"
#include "tests/conformance/condition_scene.hpp"
#include "tests/conformance/random_delay.hpp"
#include "tests/conformance/slowness.hpp"

namespace handoff::conformance {
namespace {

/// Words that are equal whenever nobody is inside. Plain ones, so that a sanitizer sees who comes
/// in unordered.
class Guarded {
 public:
  /// `pause` is called half-way.
  template <class Pause>
  void enter(Pause&& pause) {
    const std::uint64_t before = words_[0];
    for (std::size_t i = 0; i < words_.size(); ++i) {
      require(words_[i] == before, "two were inside at once");
      words_[i] = before + 1;
      if (i == words_.size() / 2) pause();
    }
  }

 private:
  std::array<std::uint64_t, 4> words_{};
};

struct Turns {
  Guarded guarded;
  std::uint64_t turn = 0;
};

/// Takes its turns among so many, until all have had `count` together.
void take_turns(AnyConditionHandle& handle, Turns& turns, unsigned worker, unsigned workers,
                std::uint64_t count) {
  RandomDelay delay(worker);
  for (std::uint64_t mine = worker; mine < count; mine += workers) {
    const Locked lock(handle);
    require(handle.wait_for([&] { return turns.turn == mine; }, never), "it was not its turn");
    turns.guarded.enter(delay);
    ++turns.turn;
    // Of two, one waits: it has to be woken, and nobody makes up for it.
    workers == 2 ? handle.notify(1) : handle.notify_all();
  }
}

void hand_over(const ConditionRow& row, ConditionShape shape, std::uint64_t count,
               Clock::duration watchdog) {
  InSharedMemory<Turns> turns;
  share(
      row.form, shape,
      [&](AnyConditionHandle& handle, unsigned worker) {
        take_turns(handle, *turns, worker, shape.workers, count);
      },
      watchdog);
  require(turns->turn == count, "turns were lost");
}

constexpr std::uint64_t slowdown = sanitized || delayed ? 10 : 1;

}  // namespace

void the_lock_is_held_again_after_every_wait(const ConditionRow& row, Peers peers) {
  struct Shared {
    Guarded guarded;
    unsigned finished = 0;
  };
  constexpr unsigned workers = 5;
  InSharedMemory<Shared> shared;
  share(row.form, {workers, peers}, [&](AnyConditionHandle& handle, unsigned worker) {
    RandomDelay delay(worker);
    const Locked lock(handle);
    if (worker == 0) {
      while (shared->finished < workers - 1) {
        shared->guarded.enter(delay);
        handle.notify_all();
        (void)handle.wait(after(std::chrono::microseconds(20)));
      }
      return;
    }
    for (int n = 0; n < 200; ++n) {
      const Deadline deadline =
          worker % 2 == 0 ? never : after(std::chrono::microseconds(10 * worker));
      (void)handle.wait(deadline);
      shared->guarded.enter(delay);
    }
    ++shared->finished;
  });
}

void no_wake_up_is_lost_in_many_hand_overs(const ConditionRow& row, Peers peers) {
  no_wake_up_is_lost_in_many_hand_overs(row, peers, usual_watchdog);
}

void no_wake_up_is_lost_in_many_hand_overs(const ConditionRow& row, Peers peers,
                                           Clock::duration watchdog) {
  hand_over(row, {2, peers}, 20'000 / slowdown, watchdog);
  hand_over(row, {3, peers}, 5'000 / slowdown, watchdog);
}

void as_many_wake_as_are_notified_while_others_give_up(const ConditionRow& row, Peers peers) {
  as_many_wake_as_are_notified_while_others_give_up(row, peers, usual_watchdog);
}

/// Waiters whose time is over just when they are notified are notified, or somebody else is.
void as_many_wake_as_are_notified_while_others_give_up(const ConditionRow& row, Peers peers,
                                                       Clock::duration watchdog) {
  struct Shared {
    Scene scene;
    unsigned granted = 0;
    unsigned finished = 0;
  };
  constexpr unsigned workers = 5;
  InSharedMemory<Shared> shared;
  share(
      row.form, {workers, peers},
      [&](AnyConditionHandle& handle, unsigned worker) {
        RandomDelay delay(worker);
        Scene& scene = shared->scene;
        if (worker > 0) {
          for (unsigned n = 0; n < 1000 / slowdown; ++n, delay()) {
            const Locked lock(handle);
            // Each waits in each way; a wake-up takes some 50 us.
            const unsigned way = (worker + n) % 4;
            (void)scene.wait(handle, way == 0 ? never : after(way * std::chrono::microseconds(30)));
            require(scene.notified <= shared->granted, "more have woken than were notified");
          }
          const Locked lock(handle);
          ++shared->finished;
          return;
        }
        for (unsigned n = 0;; ++n, delay()) {
          const Locked lock(handle);
          if (shared->finished == workers - 1) break;
          const unsigned asleep = scene.waiting - (shared->granted - scene.notified);
          shared->granted += std::min(n % 3, asleep);
          handle.notify(n % 3);
        }
        require(scene.notified == shared->granted, "fewer have woken than were notified");
      },
      watchdog);
}

void works_through_two_mappings_at_different_addresses(const ConditionRow& row, Peers) {
  works_through_two_mappings_at_different_addresses(row, usual_watchdog / 2);
}

void works_through_two_mappings_at_different_addresses(const ConditionRow& row,
                                                       Clock::duration watchdog) {
  run_alone([&] {
    constexpr std::uint64_t count = 1000;
    const Descriptor file(harness::make_memory_file(row.form.bytes));
    auto here = harness::Region::of_file(file.get(), row.form.bytes);
    auto there = harness::Region::of_file(file.get(), row.form.bytes);
    row.form.build(here.data(), {2, Peers::processes});
    InSharedMemory<Turns> turns;
    auto work = [&](void* condition, unsigned worker) {
      take_turns(*row.form.handle(condition, worker), *turns, worker, 2, count);
    };
    run_workers(Peers::processes, {[&] { work(here.data(), 0); }, [&] { work(there.data(), 1); }},
                watchdog);
    require(turns->turn == count, "turns were lost");
    row.form.destroy(here.data());
  });
}

}  // namespace handoff::conformance
