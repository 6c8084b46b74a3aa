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
#include "tests/conformance/rejection.hpp"
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

constexpr Info hangs{.name = "claimed", .mechanism = "one claim wrong", .source = "test"};
constexpr Info tells{.name = "claimed",
                     .mechanism = "one claim wrong",
                     .source = "test",
                     .on_peer_death = Survivor::told};
constexpr ConditionFacts survives{};
constexpr ConditionFacts dies{.survives_killed_waiter = false};

template <class Monitor, const Info& info, const ConditionFacts& facts>
struct Claimed {
  using type = MonitorCondition<Monitor, info, facts>;
};
template <class Monitor, const Info& info = hangs, const ConditionFacts& facts = survives>
const ConditionRow& claimed() {
  return condition_row<Claimed<Monitor, info, facts>>();
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
  expect_rejected(claimed<PthreadMonitor>(), a_killed_waiter_holds_up_others_only_where_claimed,
                  soon);
  expect_rejected(claimed<FutexMonitor, hangs, dies>(),
                  a_killed_waiter_holds_up_others_only_where_claimed, soon);
}

TEST(AClaimOfACondition, that_it_tells_of_a_dead_holder_is_checked) {
  const ConditionRow& plain = claimed<FutexMonitor, tells>();
  expect_rejected(plain, who_locks_after_a_killed_holder_sees_what_is_claimed, soon);
  expect_rejected(plain, who_is_notified_by_a_killed_holder_sees_what_is_claimed, soon);
  const ConditionRow& silent = claimed<HalfRobustMonitor<false>, tells>();
  expect_rejected(silent, who_is_notified_by_a_killed_holder_sees_what_is_claimed, soon);
  const ConditionRow& right = claimed<HalfRobustMonitor<true>, tells>();
  EXPECT_NO_THROW(who_is_notified_by_a_killed_holder_sees_what_is_claimed(right, soon * 30));
}

TEST(AClaimOfACondition, that_it_hangs_after_a_dead_holder_is_checked) {
  expect_rejected(claimed<RobustMonitor>(), who_locks_after_a_killed_holder_sees_what_is_claimed,
                  soon);
}

TEST(AClaimOfACondition, that_it_works_between_processes_is_checked) {
  const ConditionRow& row = claimed<StdMonitor>();  // its futexes are private to a process
  expect_rejected(row, no_wake_up_is_lost_in_many_hand_overs, soon);
}

TEST(AClaimOfACondition, of_its_system_calls_is_checked) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(claimed<FutexMonitor>(), Peers::threads);
  expect_rejected(claimed<ChattyMonitor>(), makes_the_system_calls_that_it_claims, Peers::threads);
}

TEST(ACondition, that_leaks_is_rejected) {
  EXPECT_NO_THROW(ten_thousand_conditions_leave_nothing(claimed<FutexMonitor>(), Peers::threads));
  expect_rejected(claimed<DescriptorLeak>(), ten_thousand_conditions_leave_nothing, Peers::threads);
}

TEST(ACondition, that_leaves_a_name_when_its_user_is_killed_is_rejected) {
  expect_rejected(claimed<NameLeak>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

}  // namespace
}  // namespace handoff::conformance
