#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>

#include "impl/common/descriptor.hpp"
#include "impl/common/locks/futex_mutex.hpp"
#include "impl/common/locks/robust_mutex.hpp"
#include "impl/common/locks/ticket_lock.hpp"
#include "impl/common/locks/ttas_lock.hpp"
#include "impl/common/names.hpp"
#include "impl/lock/in_place_lock.hpp"
#include "tests/conformance/lock_checks.hpp"
#include "tests/conformance/lock_life_checks.hpp"
#include "tests/conformance/lock_race_checks.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Locks that claim what is not so of a death, of their waiting and of what they leave, and the
/// checks that must see it.
namespace handoff::conformance {
namespace {

constexpr auto soon = std::chrono::seconds(1);

constexpr Info plain{.name = "claimed", .mechanism = "one claim wrong", .source = "test"};
constexpr LockFacts hangs{};
constexpr LockFacts goes_on{.on_holder_death = HolderDeath::goes_on};
constexpr LockFacts tells{.on_holder_death = HolderDeath::told};
constexpr LockFacts loses_queue{.survives_killed_waiter = false};

template <class Mechanism, const LockFacts& facts>
struct Claimed {
  using type = InPlaceLock<Mechanism, plain, facts>;
};
template <class Mechanism, const LockFacts& facts = hangs>
const LockRow& claimed() {
  return lock_row<Claimed<Mechanism, facts>>();
}

/// Recovers without a word.
class SilentRobustMutex : private RobustMutex {
 public:
  void lock() { (void)lock_and_tell(); }
  using RobustMutex::try_lock;
  using RobustMutex::unlock;
};

/// Wakes nobody.
class SleepyMutex {
 public:
  void lock() {
    while (state_.exchange(1, std::memory_order_acquire) != 0) futex_wait(state_, 1);
  }
  bool try_lock() { return state_.exchange(1, std::memory_order_acquire) == 0; }
  void unlock() { state_.store(0, std::memory_order_release); }

 private:
  std::atomic<std::uint32_t> state_{0};
};

/// Calls the kernel for nothing.
class ChattyMutex : public FutexMutex {
 public:
  void lock() {
    (void)getppid();
    FutexMutex::lock();
  }
};

class DescriptorLeak : public FutexMutex {
 public:
  DescriptorLeak() { (void)dup(STDIN_FILENO); }
};
class MemoryLeak : public FutexMutex {
 public:
  MemoryLeak() { leaked = new char[64]; }

 private:
  static inline char* volatile leaked;  // so that it does happen
};

const std::string name_to_leave = "/" + unguessable_name();

/// Has a memory file with a name, which it keeps or not.
template <mode_t mode, bool keeps_name>
class NamedMutex : public FutexMutex {
 public:
  NamedMutex() {
    Descriptor file(shm_open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, mode));
    fchmod(file.get(), mode);
    (void)ftruncate(file.get(), 1);
    memory_ = mmap(nullptr, 1, PROT_READ, MAP_SHARED, file.get(), 0);
    if (!keeps_name) shm_unlink(name_to_leave.c_str());
  }
  ~NamedMutex() { munmap(memory_, 1); }
  NamedMutex(const NamedMutex&) = delete;
  NamedMutex& operator=(const NamedMutex&) = delete;

 private:
  void* memory_;
};

TEST(AClaimOfALock, that_the_next_one_is_told_of_a_death_is_checked) {
  for (const LockRow* row :
       {&claimed<ProcessSharedMutex, tells>(), &claimed<SilentRobustMutex, tells>()}) {
    expect_rejected(*row, the_next_after_a_killed_holder_sees_what_is_claimed, soon);
    expect_rejected(*row, a_waiter_for_a_killed_holder_sees_what_is_claimed, soon);
  }
}

TEST(AClaimOfALock, that_it_goes_on_after_a_death_is_checked) {
  for (const LockRow* row :
       {&claimed<ProcessSharedMutex, goes_on>(), &claimed<RobustMutex, goes_on>()}) {
    expect_rejected(*row, the_next_after_a_killed_holder_sees_what_is_claimed, soon);
    expect_rejected(*row, a_waiter_for_a_killed_holder_sees_what_is_claimed, soon);
  }
}

TEST(AClaimOfALock, that_it_hangs_after_a_death_is_checked) {
  const LockRow& row = claimed<SilentRobustMutex, hangs>();
  expect_rejected(row, the_next_after_a_killed_holder_sees_what_is_claimed, soon);
  expect_rejected(row, a_waiter_for_a_killed_holder_sees_what_is_claimed, soon);
}

TEST(AClaimOfALock, of_what_a_killed_waiter_does_to_others_is_checked) {
  expect_rejected(claimed<TicketLock>(), a_killed_waiter_holds_up_others_only_where_claimed, soon);
  expect_rejected(claimed<FutexMutex, loses_queue>(),
                  a_killed_waiter_holds_up_others_only_where_claimed, soon);
}

TEST(AClaimOfALock, that_no_wake_up_is_lost_is_checked) {
  for (Peers peers : {Peers::threads, Peers::processes}) {
    expect_rejected(claimed<SleepyMutex>(), no_wake_up_is_lost_in_many_hand_overs, soon, peers);
  }
}

TEST(AClaimOfALock, that_it_works_between_processes_is_checked) {
  const LockRow& row = claimed<std::mutex>();  // its futex is private to a process
  expect_rejected(row, no_wake_up_is_lost_in_many_hand_overs, soon);
}

TEST(AClaimOfALock, that_its_waiters_sleep_is_checked) {
  for (Peers peers : {Peers::threads, Peers::processes}) {
    expect_rejected(claimed<TtasLock>(), a_waiter_costs_next_to_no_processor_time, peers);
  }
}

TEST(AClaimOfALock, of_its_system_calls_is_checked) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(claimed<FutexMutex>(), Peers::threads);
  expect_rejected(claimed<ChattyMutex>(), makes_the_system_calls_that_it_claims, Peers::threads);
}

TEST(ALock, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_locks_leave_nothing(claimed<FutexMutex>(), Peers::threads));
  expect_rejected(claimed<DescriptorLeak>(), ten_thousand_locks_leave_nothing, Peers::threads);
}

TEST(ALock, that_leaks_memory_is_rejected) {
  expect_rejected(claimed<MemoryLeak>(), ten_thousand_locks_leave_nothing, Peers::threads);
}

TEST(ALock, that_others_can_open_is_rejected) {
  using ForAll = NamedMutex<0644, false>;
  using ForUser = NamedMutex<0600, false>;
  using Named = NamedMutex<0600, true>;
  EXPECT_NO_THROW(nobody_else_can_open_it(claimed<ForUser>(), Peers::processes));
  expect_rejected(claimed<ForAll>(), nobody_else_can_open_it);
  expect_rejected(claimed<Named>(), nobody_else_can_open_it);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST(ALock, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  using Named = NamedMutex<0600, true>;
  expect_rejected(claimed<Named>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
