#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "impl/pool/mutex_condition_threads.hpp"
#include "impl/pool/prefork_socketpair.hpp"
#include "tests/conformance/pool_faulty.hpp"
#include "tests/conformance/pool_life_checks.hpp"

/// Pools that break one promise each on how they and their workers begin and end.
namespace handoff::conformance {
namespace {

using Threads = MutexConditionThreads;
using Processes = PreforkSocketpair;

struct DropsOnClose : Threads {
  using Threads::Threads;
  void close() { terminate(); }
};
struct TakesMoreAfterClose : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    try {
      Threads::submit(batch);
    } catch (const PoolStateError&) {
      batch.state = detail::run(batch, nullptr);
    }
  }
};
TEST(BrokenPoolLife, that_drops_or_takes_work_after_close_is_rejected) {
  expect_rejected<DropsOnClose>(close_lets_queued_tasks_finish, "0 times");
  expect_rejected<TakesMoreAfterClose>(close_lets_queued_tasks_finish, "nothing was raised");
}

struct FinishesOnTerminate : Threads {
  using Threads::Threads;
  void terminate() { close(); }
};
TEST(BrokenPoolLife, that_finishes_everything_on_terminate_is_rejected) {
  expect_rejected<FinishesOnTerminate>(terminate_with_ten_thousand_queued_tasks_returns,
                                       alarm_clock);
}

struct LosesWhatItDrops : Threads {
  using Threads::Threads;
  Batch* next_done(Deadline deadline) {
    Batch* batch = Threads::next_done(deadline);
    bool is_dropped = batch != nullptr && batch->state == BatchState::dropped;
    return is_dropped ? nullptr : batch;
  }
};
TEST(BrokenPoolLife, that_loses_what_it_drops_is_rejected) {
  expect_rejected<LosesWhatItDrops>(destruction_with_work_in_flight_returns, "neither");
}

struct ClosesOnJoin : Threads {
  using Threads::Threads;
  void join() {
    close();
    Threads::join();
  }
};
TEST(BrokenPoolLife, that_joins_before_close_is_rejected) {
  expect_rejected<ClosesOnJoin>(join_before_close_raises, "nothing was raised");
}

/// As one whose workers end when a pipe does of which those of later pools hold the other end.
struct WaitsForLaterPools : Threads {
  explicit WaitsForLaterPools(const PoolShape& shape) : Threads(shape), number(++built) {}
  void join() {
    while (number < built) pause();
    Threads::join();
  }
  static inline int built = 0;
  int number;
};
TEST(BrokenPoolLife, that_waits_for_later_pools_is_rejected) {
  expect_rejected<WaitsForLaterPools>(a_pool_ends_beside_a_later_one, alarm_clock);
}

struct KeepsItsWorkers : Threads {
  explicit KeepsItsWorkers(const PoolShape& shape)
      : Threads({.workers = shape.workers, .initializer = shape.initializer}) {}
};
TEST(BrokenPoolLife, that_keeps_its_workers_is_rejected) {
  expect_rejected<KeepsItsWorkers>(workers_are_replaced_after_so_many_tasks, "were the most");
  expect_rejected<KeepsItsWorkers>(a_replacement_whose_initializer_throws_fails_its_tasks,
                                   "nothing was raised");
}

struct ClaimsToKeepItsWorkers : Threads {
  using Threads::Threads;
  static constexpr bool replaces_workers = false;
};
TEST(BrokenPoolLife, that_replaces_workers_and_denies_it_is_rejected) {
  expect_rejected<ClaimsToKeepItsWorkers>(workers_are_replaced_after_so_many_tasks,
                                          "did not raise");
}

struct LosesABatch : Threads {
  using Threads::Threads;
  void submit(Batch& batch) {
    if (++submitted != 70) Threads::submit(batch);
  }
  int submitted = 0;
};
TEST(BrokenPoolLife, that_loses_a_batch_beside_replacements_is_rejected) {
  expect_rejected<LosesABatch>(
      [](const PoolRow& row, Peers peers) {
        Alarm alarm(5);
        nothing_is_lost_when_workers_are_replaced(row, peers);
      },
      alarm_clock);
}

struct LeaksADescriptor : Processes {
  using Processes::Processes;
  int leaked = dup(STDERR_FILENO);
};
struct LeaksAtAFailedStart : Threads {
  explicit LeaksAtAFailedStart(const PoolShape& shape) try : Threads(shape) {
  } catch (...) {
    (void)dup(STDERR_FILENO);
  }
};
TEST(BrokenPoolLife, that_leaks_a_descriptor_is_rejected) {
  expect_rejected<LeaksADescriptor>(ten_thousand_pools_leave_nothing, "descriptor");
  expect_rejected<LeaksAtAFailedStart>(a_start_that_fails_half_way_raises_and_leaves_nothing,
                                       "descriptors are left");
}

struct Spins : Threads {
  explicit Spins(const PoolShape& shape)
      : Threads(shape), spinner([](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
          }
        }) {}
  std::jthread spinner;
};
TEST(BrokenPoolLife, that_spins_while_idle_is_rejected) {
  expect_rejected<Spins>(idle_pools_use_no_processor_time, "an idle pool used");
}

/// Its queue has a name that everybody may open.
struct HasAName : Threads {
  explicit HasAName(const PoolShape& shape) : Threads(shape) {
    path += std::to_string(getpid());
    file = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    fchmod(file, 0666);
  }
  ~HasAName() { close_file(); }
  void close_file() {
    ::close(file);
    unlink(path.c_str());
  }
  std::string path = "/dev/shm/handoff-broken-pool-";
  int file;
};
TEST(BrokenPoolLife, that_others_can_open_is_rejected) {
  expect_rejected<HasAName>(nobody_else_can_open_it, "handoff-broken-pool");
}

struct HangsOnDeath : Processes {
  using Processes::Processes;
  Batch* next_done(Deadline deadline) {
    Batch* batch = Processes::next_done(deadline);
    if (batch != nullptr && batch->state == BatchState::worker_died) hang();
    return batch;
  }
  [[noreturn]] static void hang() {
    for (;;) pause();
  }
};
struct HidesTheDead : Processes {
  using Processes::Processes;
  std::vector<pid_t> worker_ids() {
    if (at_first.empty()) at_first = Processes::worker_ids();
    return at_first;
  }
  std::vector<pid_t> at_first;
};
struct FailsAllOnDeath : Processes {
  using Processes::Processes;
  Batch* next_done(Deadline deadline) {
    Batch* batch = Processes::next_done(deadline);
    somebody_died |= batch != nullptr && batch->state == BatchState::worker_died;
    if (batch != nullptr && somebody_died) {
      batch->state = BatchState::worker_died;
      batch->failure.append(" and more");
    }
    return batch;
  }
  bool somebody_died = false;
};
TEST(BrokenPoolLife, that_hangs_or_loses_work_on_a_death_is_rejected) {
  expect_rejected<HangsOnDeath>(a_worker_killed_while_busy_fails_its_task_and_no_other,
                                alarm_clock);
  expect_rejected<HangsOnDeath>(the_death_of_all_workers_is_told, alarm_clock);
  expect_rejected<FailsAllOnDeath>(a_worker_killed_while_busy_fails_its_task_and_no_other,
                                   "and more");
  expect_rejected<FailsAllOnDeath>(workers_killed_at_any_time_fail_what_they_ran, "tasks failed");
  expect_rejected<HidesTheDead>(a_worker_killed_while_idle_does_no_harm, "within a second");
}

/// As one whose workers read from a pipe of which they hold both ends.
struct OutlivesItsSubmitter : Processes {
  explicit OutlivesItsSubmitter(const PoolShape& shape) : Processes(shape) {
    if (fork() != 0) return;
    sleep(6);  // past the alarm of the check
    _exit(0);
  }
};
TEST(BrokenPoolLife, whose_workers_outlive_the_submitter_is_rejected) {
  expect_rejected<OutlivesItsSubmitter>(workers_end_when_the_submitter_is_killed, alarm_clock);
}

}  // namespace
}  // namespace handoff::conformance
