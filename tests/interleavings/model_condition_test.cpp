#include <gtest/gtest.h>

#include "impl/condition/futex_sequence.hpp"
#include "tests/interleavings/models.hpp"

/// The own condition, as it is, in every order of its steps (with at most a few switches before a
/// step's time has come) and with every value that a load may return.
namespace handoff::interleavings {
namespace {

using condition::MonitorCondition;
using condition::detail::FutexMonitor;

constexpr Info modelled_info{.name = "modelled", .mechanism = "", .source = "own"};
constexpr ConditionFacts modelled_facts{};

template <class Monitor>
using Condition = MonitorCondition<Monitor, modelled_info, modelled_facts>;

/// Worker 0 hands out one token to each of the others, and wakes one for each, or all for all.
template <class Monitor, unsigned Waiters, bool wakes_all>
struct Tokens : rl::test_suite<Tokens<Monitor, Waiters, wakes_all>, 1 + Waiters> {
  Anew<Condition<Monitor>> condition;
  Anew<Item> tokens;

  void before() {
    condition.build(ConditionShape{.workers = 1 + Waiters});
    tokens.build(0U);
  }
  void after() {
    require(tokens->value() == 0, "a token was left");
    condition.drop();
    tokens.drop();
  }
  void change(unsigned to) { tokens.object() = Item(to); }

  void thread(unsigned worker) {
    auto handle = condition->handle(worker);
    if (worker > 0) {
      handle.lock();
      require(handle.wait_for([&] { return tokens->value() > 0; }, never), "wait_for");
      change(tokens->value() - 1);
      handle.unlock();
    } else if (wakes_all) {
      handle.lock();
      change(Waiters);
      handle.notify_all();
      handle.unlock();
    } else {
      for (unsigned n = 0; n < Waiters; ++n) {
        handle.lock();
        change(tokens->value() + 1);
        handle.notify(1);
        handle.unlock();
      }
    }
  }
};

/// Asks for its turn only when others may have had theirs.
class RashMonitor {
 public:
  void lock() { mutex_.lock(); }
  void unlock() { mutex_.unlock(); }
  void sleep(Deadline) {
    mutex_.unlock();
    sleep_.until_after(sleep_.turn(), never);
    mutex_.lock();
  }
  void wake(unsigned sleepers) { sleep_.end(sleepers); }
  void wake_all() { sleep_.end(INT_MAX); }

 private:
  FutexMutex mutex_;
  condition::FutexSleep sleep_;
};

/// Wakes one where all have to wake.
class StingyMonitor : public FutexMonitor {
 public:
  void wake_all() { wake(1); }
};

TEST(Model, a_condition_wakes_whom_it_is_told_to) {
  EXPECT_EQ((fault_of<Tokens<FutexMonitor, 1, false>>(4)), "");
  EXPECT_EQ((fault_of<Tokens<FutexMonitor, 2, false>>(2)), "");
  EXPECT_EQ((fault_of<Tokens<FutexMonitor, 2, true>>(2)), "");
}

TEST(ModelRejects, a_condition_that_falls_asleep_too_late) {
  EXPECT_EQ((fault_of<Tokens<RashMonitor, 1, false>>(4)), "DEADLOCK");
}
TEST(ModelRejects, a_condition_that_wakes_too_few) {
  EXPECT_EQ((fault_of<Tokens<StingyMonitor, 2, true>>(2)), "DEADLOCK");
}

}  // namespace
}  // namespace handoff::interleavings
