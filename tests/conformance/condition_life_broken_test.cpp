#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "impl/common/descriptor.hpp"
#include "impl/common/locks/robust_mutex.hpp"
#include "impl/common/names.hpp"
#include "impl/common/pthread_monitor.hpp"
#include "impl/condition/futex_sequence.hpp"
#include "impl/condition/robust_futex_sequence.hpp"
#include "impl/condition/std_condition_variable.hpp"
#include "tests/conformance/condition_life_checks.hpp"
#include "tests/conformance/condition_race_checks.hpp"
#include "tests/conformance/slowness.hpp"
#include "tests/conformance/system_calls.hpp"

/// Conditions that claim what is not so of a death, of their reach and of what they leave, and the
/// checks that must see it.
namespace handoff::conformance {
namespace {

using condition::MonitorCondition;
using condition::detail::FutexMonitor;
using condition::detail::RobustMonitor;
using condition::detail::StdMonitor;

constexpr auto soon = std::chrono::seconds(1);

constexpr Info plain{.name = "claimed", .mechanism = "one claim wrong", .source = "test"};
constexpr ConditionFacts survives{};
constexpr ConditionFacts dies{.survives_killed_waiter = false};
constexpr ConditionFacts tells{.tells_of_dead_holder = true};

template <class Monitor, const ConditionFacts& facts>
struct Claimed {
  using type = MonitorCondition<Monitor, plain, facts>;
};
template <class Monitor, const ConditionFacts& facts = survives>
const ConditionRow& claimed() {
  return condition_row<Claimed<Monitor, facts>>();
}

/// Tells who waits of a death, or says nothing.
template <bool tells_in_wait>
class HalfRobustMonitor : public RobustMonitor {
 public:
  void sleep(Deadline deadline) {
    try {
      RobustMonitor::sleep(deadline);
    } catch (const OwnerDied&) {
      if (tells_in_wait) throw;
    }
  }
};

/// Calls the kernel for nothing.
class ChattyMonitor : public FutexMonitor {
 public:
  void lock() {
    (void)getppid();
    FutexMonitor::lock();
  }
};

class DescriptorLeak : public FutexMonitor {
 public:
  DescriptorLeak() { (void)dup(STDIN_FILENO); }
};

const std::string name_to_leave = "/" + unguessable_name();

class NameLeak : public FutexMonitor {
 public:
  NameLeak() { Descriptor(shm_open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)); }
};

TEST(AClaimOfACondition, of_what_a_killed_waiter_does_to_others_is_checked) {
  EXPECT_THROW(a_killed_waiter_holds_up_others_only_where_claimed(claimed<PthreadMonitor>(), soon),
               std::runtime_error);
  EXPECT_THROW(
      a_killed_waiter_holds_up_others_only_where_claimed(claimed<FutexMonitor, dies>(), soon),
      std::runtime_error);
}

TEST(AClaimOfACondition, that_it_tells_of_a_dead_holder_is_checked) {
  const ConditionRow& hangs = claimed<FutexMonitor, tells>();
  EXPECT_THROW(who_locks_after_a_killed_holder_sees_what_is_claimed(hangs, soon),
               std::runtime_error);
  EXPECT_THROW(who_is_notified_by_a_killed_holder_sees_what_is_claimed(hangs, soon),
               std::runtime_error);
  const ConditionRow& silent = claimed<HalfRobustMonitor<false>, tells>();
  EXPECT_THROW(who_is_notified_by_a_killed_holder_sees_what_is_claimed(silent, soon),
               std::runtime_error);
  const ConditionRow& right = claimed<HalfRobustMonitor<true>, tells>();
  EXPECT_NO_THROW(who_is_notified_by_a_killed_holder_sees_what_is_claimed(right, soon * 30));
}

TEST(AClaimOfACondition, that_it_hangs_after_a_dead_holder_is_checked) {
  EXPECT_THROW(who_locks_after_a_killed_holder_sees_what_is_claimed(claimed<RobustMonitor>(), soon),
               std::runtime_error);
}

TEST(AClaimOfACondition, that_it_works_between_processes_is_checked) {
  const ConditionRow& row = claimed<StdMonitor>();  // its futexes are private to a process
  EXPECT_THROW(no_wake_up_is_lost_in_many_hand_overs(row, Peers::processes, soon),
               std::runtime_error);
}

TEST(AClaimOfACondition, of_its_system_calls_is_checked) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(claimed<FutexMonitor>(), Peers::threads);
  EXPECT_THROW(makes_the_system_calls_that_it_claims(claimed<ChattyMonitor>(), Peers::threads),
               std::runtime_error);
}

TEST(ACondition, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_conditions_leave_nothing(claimed<FutexMonitor>(), Peers::threads));
  EXPECT_THROW(ten_thousand_conditions_leave_nothing(claimed<DescriptorLeak>(), Peers::threads),
               std::runtime_error);
}

TEST(ACondition, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  constexpr auto patience = std::chrono::milliseconds(200);
  EXPECT_THROW(a_killed_user_leaves_no_name(claimed<NameLeak>(), Peers::processes, patience),
               std::runtime_error);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
