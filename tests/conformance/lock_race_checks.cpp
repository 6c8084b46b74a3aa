#include "tests/conformance/lock_race_checks.hpp"

#include <sched.h>

#include <array>
#include <cstdint>
#include <random>

#include "impl/common/cpu.hpp"
#include "impl/common/descriptor.hpp"
#include "tests/conformance/lock_memory.hpp"
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
  std::uint64_t entered() const { return words_[0]; }

 private:
  std::array<std::uint64_t, 8> words_{};
};

/// Mostly for a moment; now and then until others have run, or until they sleep.
class RandomDelay {
 public:
  explicit RandomDelay(unsigned seed) : random_(seed + 1) {}
  void operator()() {
    const auto lot = static_cast<unsigned>(random_() % 4096);
    if (lot == 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    } else if (lot < 16) {
      sched_yield();
    }
    for (unsigned turn = lot % 64; turn > 0; --turn) cpu_relax();
  }

 private:
  std::minstd_rand random_;
};

/// Each of them locks it so often, or until then, under random delays.
void hand_over(const LockRow& row, LockShape shape, std::uint64_t each, Deadline end,
               Clock::duration watchdog) {
  InSharedMemory<Guarded> guarded;
  InSharedMemory<StartTogether> start(shape.workers);
  InSharedMemory<std::atomic<std::uint64_t>> entries(std::uint64_t{0});
  share(
      row, shape,
      [&](AnyLockHandle& handle, unsigned worker) {
        RandomDelay delay(worker);
        start->wait();
        std::uint64_t own = 0;
        for (; own < each && (own % 64 != 0 || Clock::now() < end); ++own) {
          handle.lock();
          guarded->enter(delay);
          handle.unlock();
          delay();
        }
        *entries += own;
      },
      watchdog);
  require(guarded->entered() == *entries, "entries were lost");
}

}  // namespace

/// In all ways of locking that it has.
void mutual_exclusion_under_eight_workers(const LockRow& row, Peers peers) {
  InSharedMemory<Guarded> guarded;
  InSharedMemory<std::atomic<std::uint64_t>> entries(std::uint64_t{0});
  auto locked = [&](AnyLockHandle& handle, std::uint64_t n) {
    if (n % 4 == 1) return handle.try_lock();
    if (n % 4 == 2 && row.timed) return handle.try_lock_until(after(std::chrono::microseconds(50)));
    handle.lock();
    return true;
  };
  InSharedMemory<StartTogether> start(8U);
  share(row, {8, peers}, [&](AnyLockHandle& handle, unsigned) {
    std::uint64_t own = 0;
    start->wait();
    Deadline end = after(std::chrono::milliseconds(100));
    for (std::uint64_t n = 0; n % 16 != 0 || Clock::now() < end; ++n) {
      if (!locked(handle, n)) continue;
      guarded->enter([n] {
        if (n % 64 == 0) sched_yield();
      });
      handle.unlock();
      ++own;
    }
    *entries += own;
  });
  require(guarded->entered() == *entries, "entries were lost");
}

void no_wake_up_is_lost_in_many_hand_overs(const LockRow& row, Peers peers) {
  no_wake_up_is_lost_in_many_hand_overs(row, peers, usual_watchdog);
}

/// Of two, each that sleeps through its wake-up is missed: nobody else comes to make up for it. Of
/// three, one may be woken while another sleeps on.
void no_wake_up_is_lost_in_many_hand_overs(const LockRow& row, Peers peers,
                                           Clock::duration watchdog) {
  const bool own = row.info.source == "own";
  // A million of each own lock: half of them between threads, half between processes.
  const std::uint64_t hand_overs = (own ? 500'000 : 20'000) / (sanitized || delayed ? 20 : 1);
  // Who waits awake has no wake-up to lose, and while others have the CPUs, each hand-over of his
  // may take their time slices.
  auto end = [&] { return waits_awake(row) ? after(std::chrono::seconds(2)) : never; };
  hand_over(row, {2, peers}, hand_overs / 2, end(), watchdog);
  hand_over(row, {3, peers}, hand_overs / 100, end(), watchdog);
}

void works_through_two_mappings_at_different_addresses(const LockRow& row, Peers) {
  works_through_two_mappings_at_different_addresses(row, usual_watchdog / 2);
}

/// Two processes, since some locks exclude processes only, each with its own mapping.
void works_through_two_mappings_at_different_addresses(const LockRow& row,
                                                       Clock::duration watchdog) {
  run_alone([&] {
    constexpr std::uint64_t each = 2000;
    Descriptor file(harness::make_memory_file(row.bytes));
    auto here = harness::Region::of_file(file.get(), row.bytes);
    auto there = harness::Region::of_file(file.get(), row.bytes);
    row.build(here.data(), {2, Peers::processes});
    InSharedMemory<Guarded> guarded;
    InSharedMemory<StartTogether> start(2U);
    auto work = [&](void* lock, unsigned worker) {
      auto handle = row.handle(lock, worker);
      RandomDelay delay(worker);
      start->wait();
      for (std::uint64_t n = 0; n < each; ++n) {
        handle->lock();
        guarded->enter(delay);
        handle->unlock();
        delay();
      }
    };
    run_workers(Peers::processes, {[&] { work(here.data(), 0); }, [&] { work(there.data(), 1); }},
                watchdog);
    require(guarded->entered() == 2 * each, "entries were lost");
    row.destroy(here.data());
  });
}

}  // namespace handoff::conformance
