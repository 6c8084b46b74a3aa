#include "tests/conformance/barrier_life_checks.hpp"

#include <csignal>

#include "tests/conformance/barrier_break_checks.hpp"
#include "tests/conformance/left_behind.hpp"
#include "tests/conformance/lives.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

using OnHeap = ObjectOnHeap<BarrierForm>;
using ForProcesses = LeftBehind<BarrierForm>;

/// Comes, and either is told that not all will, or waits for ever.
void be_told_or_hang(AnyBarrierHandle& handle, bool told) {
  if (!told) {
    (void)handle.wait();
    return;
  }
  require_broken(handle);
  require(handle.is_broken(), "it is not broken");
}

bool tells(const BarrierRow& row) { return row.info.on_peer_death == Survivor::told; }

}  // namespace

/// Alone in it.
void makes_the_system_calls_that_it_claims(const BarrierRow& row, Peers peers) {
  run_alone([&] {
    require_system_calls(row.info.syscalls_per_message, [&] {
      auto barrier = std::make_shared<OnHeap>(row.form, BarrierShape{1, peers});
      std::shared_ptr<AnyBarrierHandle> handle = barrier->handle(0);
      return [barrier, handle](unsigned count) {
        for (unsigned n = 0; n < count; ++n) (void)handle->wait();
      };
    });
  });
}

/// No memory, descriptor, mapping or name.
void ten_thousand_barriers_leave_nothing(const BarrierRow& row, Peers peers) {
  run_alone([&] {
    require_cycles_leave_nothing([&] {
      const OnHeap barrier(row.form, {1, peers});
      (void)barrier.handle(0)->wait();
    });
    const OnHeap barrier(row.form, {1, peers});
    require_no_name_mapped();
  });
}

void a_killed_user_leaves_no_name(const BarrierRow& row, Peers peers) {
  a_killed_user_leaves_no_name(row, peers, std::chrono::seconds(60));
}

void a_killed_user_leaves_no_name(const BarrierRow& row, Peers peers, Clock::duration patience) {
  run_alone([&] {
    require_a_killed_user_leaves_no_name(
        [&] {
          const OnHeap barrier(row.form, {1, peers});
          (void)barrier.handle(0)->wait();
          raise(SIGKILL);
        },
        patience);
  });
}

void a_party_killed_before_it_came_hangs_or_breaks_as_claimed(const BarrierRow& row, Peers) {
  a_party_killed_before_it_came_hangs_or_breaks_as_claimed(row, usual_patience);
}

/// Before the others came, or while they waited.
void a_party_killed_before_it_came_hangs_or_breaks_as_claimed(const BarrierRow& row,
                                                              Clock::duration patience) {
  const bool told = tells(row);
  run_alone([&] {
    for (bool others_wait : {false, true}) {
      const ForProcesses barrier(row.form, {3, Peers::processes});
      auto survivors = [&] {
        return start_process([&] {
          run_workers(Peers::processes, {[&] { be_told_or_hang(*barrier.handle(0), told); },
                                         [&] { be_told_or_hang(*barrier.handle(1), told); }});
        });
      };
      std::unique_ptr<harness::Team> waiting = others_wait ? survivors() : nullptr;
      be_killed_in([&] {
        auto handle = barrier.handle(2);
        if (others_wait) std::this_thread::sleep_for(a_moment);
        raise(SIGKILL);
      });
      if (!others_wait) waiting = survivors();
      require_end(*waiting, !told, patience);
    }
  });
}

void a_party_killed_inside_has_come_and_is_missed_in_the_next_round(const BarrierRow& row, Peers) {
  a_party_killed_inside_has_come_and_is_missed_in_the_next_round(row, usual_patience);
}

void a_party_killed_inside_has_come_and_is_missed_in_the_next_round(const BarrierRow& row,
                                                                    Clock::duration patience) {
  const bool told = tells(row);
  run_alone([&] {
    const ForProcesses barrier(row.form, {2, Peers::processes});
    start_waiter([&] { (void)barrier.handle(1)->wait(); })->kill();
    InSharedMemory<Steps> steps;
    auto survivor = start_process([&] {
      auto handle = barrier.handle(0);
      (void)handle->wait();
      steps->reach(1);
      be_told_or_hang(*handle, told);
    });
    const Deadline end = after(patience);
    Steps::wait_until(
        [&] { return steps->has_reached(1) || survivor->failed() || Clock::now() >= end; });
    require_end(*survivor, !told, patience);
    require(steps->has_reached(1), "who was killed inside was not counted");
  });
}

void a_party_that_has_left_is_not_taken_for_dead(const BarrierRow& row, Peers) {
  run_alone([&] {
    const ForProcesses barrier(row.form, {2, Peers::processes});
    run_alone([&] { (void)barrier.handle(1)->waiting(); });
    auto handle = barrier.handle(0);
    const Deadline deadline = after(2 * a_sleep);
    require_raises<BrokenBarrier>("wait", [&] { (void)handle->wait(deadline); });
    require(Clock::now() >= deadline, "it broke before its time");
  });
}

void a_barrier_whose_party_was_killed_can_be_destroyed(const BarrierRow& row, Peers) {
  a_barrier_whose_party_was_killed_can_be_destroyed(row, usual_patience);
}

void a_barrier_whose_party_was_killed_can_be_destroyed(const BarrierRow& row,
                                                       Clock::duration patience) {
  run_alone([&] {
    const ForProcesses barrier(row.form, {2, Peers::processes});
    start_waiter([&] { (void)barrier.handle(1)->wait(); })->kill();
    auto destroyer = start_process([&] { barrier.destroy(); });
    require_end(*destroyer, false, patience);
  });
}

}  // namespace handoff::conformance
