#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "impl/common/cpu.hpp"
#include "impl/common/locks/futex_mutex.hpp"
#include "impl/common/waiting.hpp"
#include "impl/common/worker_numbers.hpp"
#include "tests/conformance/condition_call_checks.hpp"
#include "tests/conformance/condition_checks.hpp"
#include "tests/conformance/condition_race_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Conditions that break one promise each to those who use them, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  wakes_all,
  wakes_one,
  keeps_notifications,
  wakes_late_comers,
  notifies_who_has_given_up,
  swallows_wake_ups,  ///< of those whose time is over
  loses_wake_ups,     ///< sent between unlocking and falling asleep
  gives_up_early,
  looks_no_more_at_the_end,
  asks_its_predicate_once,
  returns_unlocked,
  takes_any_call,
  ends_at_signals,
  spins,
  wakes_at_one_address,
  is_one_for_all,
  takes_any_shape,
};

/// Right but for its fault.
template <Fault fault>
class Faulty {
 public:
  static constexpr Info info{.name = "faulty", .mechanism = "one promise broken", .source = "test"};
  static constexpr ConditionFacts facts{};

  explicit Faulty(ConditionShape shape)
      : workers_(info.name, fault == Fault::takes_any_shape ? 1 : shape.workers) {}

  class Handle {
   public:
    explicit Handle(Faulty& condition) : condition_(&condition) {}

    void lock() {
      its().mutex.lock();
      holds_ = true;
    }
    void unlock() {
      require_held();
      holds_ = false;
      its().mutex.unlock();
    }
    bool wait(Deadline deadline = never) {
      require_held();
      const std::uint64_t granted_before = its().granted;
      ++its().waiting;
      std::optional<bool> result;
      if (fault == Fault::wakes_late_comers) result = outcome(granted_before, false, never);
      while (!result) {
        const bool interrupted = sleep(shortened(deadline));
        result = outcome(granted_before, interrupted, shortened(deadline));
      }
      if constexpr (fault == Fault::returns_unlocked) its().mutex.unlock();
      return *result;
    }
    template <class Predicate>
    bool wait_for(Predicate predicate, Deadline deadline = never) {
      require_held();
      while (!predicate()) {
        const bool woken = wait(deadline);
        if (fault == Fault::asks_its_predicate_once) return woken;
        if (!woken) return predicate() && fault != Fault::looks_no_more_at_the_end;
      }
      return true;
    }
    void notify(unsigned n = 1) {
      require_held();
      if (fault == Fault::wakes_all && n > 0) n = all;
      if (fault == Fault::wakes_one) n = std::min(n, 1U);
      if (fault == Fault::notifies_who_has_given_up) {
        const unsigned missed = std::min(n, std::exchange(its().given_up, 0));
        n -= missed;
      }
      const auto asleep = static_cast<unsigned>(its().waiting - (its().granted - its().taken));
      its().granted += fault == Fault::keeps_notifications ? std::min(n, 8U) : std::min(n, asleep);
      its().turn.fetch_add(1, std::memory_order_relaxed);
      futex_wake(its().turn);
    }
    void notify_all() { notify(all); }

   private:
    static constexpr unsigned all = std::numeric_limits<unsigned>::max();

    static Deadline shortened(Deadline deadline) {
      const bool far = deadline != never && deadline > Deadline() + std::chrono::seconds(1);
      return fault == Fault::gives_up_early && far ? deadline - std::chrono::milliseconds(10)
                                                   : deadline;
    }
    void require_held() const {
      if (holds_ || fault == Fault::takes_any_call) return;
      throw std::system_error(std::make_error_code(std::errc::operation_not_permitted));
    }
    /// Of a wait that has just slept; nothing when it goes on.
    std::optional<bool> outcome(std::uint64_t granted_before, bool interrupted, Deadline deadline) {
      const bool is_over = detail::passed(deadline);
      const bool eligible = its().granted != granted_before || fault == Fault::wakes_late_comers ||
                            fault == Fault::keeps_notifications;
      const bool granted = eligible && its().granted != its().taken;
      if (fault == Fault::swallows_wake_ups && granted && is_over) {
        ++its().taken;
        --its().waiting;
        return false;
      }
      if (granted || interrupted) {
        if (granted) ++its().taken;
        --its().waiting;
        return true;
      }
      if (!is_over) return std::nullopt;
      --its().waiting;
      ++its().given_up;
      return false;
    }
    /// True when a signal has ended it, which only one fault lets it.
    bool sleep(Deadline deadline) {
      auto& turn = its().turn;
      std::uint32_t before = turn.load(std::memory_order_relaxed);
      its().mutex.unlock();
      bool interrupted = false;
      if constexpr (fault == Fault::loses_wake_ups) {
        sched_yield();
        before = turn.load(std::memory_order_relaxed);
      }
      if constexpr (fault == Fault::spins) {
        cpu_relax();
      } else if constexpr (fault == Fault::ends_at_signals) {
        interrupted = usleep(100'000) == -1;
      } else if constexpr (fault == Fault::wakes_at_one_address) {
        const bool here = condition_ == condition_->built_at_;
        futex_wait(here ? turn : condition_->elsewhere_, here ? before : 0, deadline);
      } else {
        futex_wait(turn, before, deadline);
      }
      its().mutex.lock();
      return interrupted;
    }
    auto& its() {
      static State one_for_all;
      return fault == Fault::is_one_for_all ? one_for_all : condition_->state_;
    }

    Faulty* condition_;
    bool holds_ = false;
  };

  Handle handle(unsigned worker) {
    if (fault != Fault::takes_any_shape) workers_.check(info.name, worker);
    return Handle(*this);
  }

 private:
  struct State {
    FutexMutex mutex;
    std::atomic<std::uint32_t> turn{0};
    std::uint64_t waiting = 0;
    std::uint64_t granted = 0;
    std::uint64_t taken = 0;
    unsigned given_up = 0;
  };

  WorkerNumbers workers_;
  State state_;
  Faulty* built_at_ = this;
  std::atomic<std::uint32_t> elsewhere_{0};
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

constexpr auto soon = std::chrono::seconds(1);

template <Fault fault>
const ConditionRow& faulty() {
  return condition_row<Row<fault>>();
}

class ABrokenCondition : public AmongPeers {};

TEST_P(ABrokenCondition, that_is_not_broken_passes) {
  constexpr CheckOf<ConditionRow> all[] = {
      notify_wakes_exactly_one_of_mixed_waiters,
      notify_of_n_wakes_n,
      notify_all_wakes_all,
      a_notification_without_waiters_has_no_later_effect,
      who_waits_after_a_notification_is_not_woken_by_it,
      waiters_whose_time_is_over_leave_nothing_behind,
      as_many_wake_as_are_notified_while_others_give_up,
      a_timed_wait_ends_after_its_time_and_not_before,
      wait_for_asks_its_predicate_again,
      wait_for_honours_the_total_time,
      the_lock_is_held_again_after_every_wait,
      calls_without_the_lock_raise,
      serves_scope_guards,
      no_wake_up_is_lost_in_many_hand_overs,
      a_wait_goes_on_after_a_signal,
      a_waiter_costs_next_to_no_processor_time,
      conditions_side_by_side_are_independent,
      shapes_and_workers_out_of_range_raise,
      works_through_two_mappings_at_different_addresses,
  };
  for (CheckOf<ConditionRow> check : all) EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
}

TEST_P(ABrokenCondition, that_wakes_too_many_is_rejected) {
  expect_rejected(faulty<Fault::wakes_all>(), notify_wakes_exactly_one_of_mixed_waiters);
  expect_rejected(faulty<Fault::wakes_all>(), notify_of_n_wakes_n);
  expect_rejected(faulty<Fault::wakes_all>(), as_many_wake_as_are_notified_while_others_give_up);
}

TEST_P(ABrokenCondition, that_wakes_too_few_is_rejected) {
  expect_rejected(faulty<Fault::wakes_one>(), notify_of_n_wakes_n, soon);
  expect_rejected(faulty<Fault::wakes_one>(), notify_all_wakes_all, soon);
}

TEST_P(ABrokenCondition, that_keeps_notifications_is_rejected) {
  expect_rejected(faulty<Fault::keeps_notifications>(),
                  a_notification_without_waiters_has_no_later_effect);
}

TEST_P(ABrokenCondition, that_wakes_who_comes_too_late_is_rejected) {
  expect_rejected(faulty<Fault::wakes_late_comers>(),
                  who_waits_after_a_notification_is_not_woken_by_it);
}

TEST_P(ABrokenCondition, that_notifies_those_who_have_given_up_is_rejected) {
  expect_rejected(faulty<Fault::notifies_who_has_given_up>(),
                  waiters_whose_time_is_over_leave_nothing_behind, soon);
}

TEST_P(ABrokenCondition, that_lets_those_who_give_up_take_wake_ups_along_is_rejected) {
  expect_rejected(faulty<Fault::swallows_wake_ups>(),
                  as_many_wake_as_are_notified_while_others_give_up, soon);
}

TEST_P(ABrokenCondition, that_loses_wake_ups_is_rejected) {
  expect_rejected(faulty<Fault::loses_wake_ups>(), no_wake_up_is_lost_in_many_hand_overs, soon);
}

TEST_P(ABrokenCondition, that_gives_up_too_early_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(), a_timed_wait_ends_after_its_time_and_not_before);
  expect_rejected(faulty<Fault::gives_up_early>(), wait_for_honours_the_total_time);
}

TEST_P(ABrokenCondition, that_forgets_its_predicate_is_rejected) {
  expect_rejected(faulty<Fault::asks_its_predicate_once>(), wait_for_asks_its_predicate_again);
  expect_rejected(faulty<Fault::asks_its_predicate_once>(), wait_for_honours_the_total_time);
  expect_rejected(faulty<Fault::looks_no_more_at_the_end>(), wait_for_honours_the_total_time);
}

TEST_P(ABrokenCondition, that_lets_go_of_its_lock_after_a_wait_is_rejected) {
  expect_rejected(faulty<Fault::returns_unlocked>(), the_lock_is_held_again_after_every_wait);
}

TEST_P(ABrokenCondition, that_takes_calls_without_the_lock_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_call>(), calls_without_the_lock_raise);
}

TEST_P(ABrokenCondition, that_ends_its_wait_at_signals_is_rejected) {
  expect_rejected(faulty<Fault::ends_at_signals>(), a_wait_goes_on_after_a_signal);
}

TEST_P(ABrokenCondition, that_spins_is_rejected) {
  expect_rejected(faulty<Fault::spins>(), a_waiter_costs_next_to_no_processor_time);
}

TEST(ABrokenConditionOfProcesses, that_wakes_at_one_address_is_rejected) {
  expect_rejected(faulty<Fault::wakes_at_one_address>(),
                  works_through_two_mappings_at_different_addresses, soon);
}

TEST_P(ABrokenCondition, that_is_one_for_all_is_rejected) {
  if (GetParam() == Peers::processes) GTEST_SKIP() << "each process has one of its own";
  expect_rejected(faulty<Fault::is_one_for_all>(), conditions_side_by_side_are_independent, soon);
}

TEST_P(ABrokenCondition, that_takes_any_shape_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_shape>(), shapes_and_workers_out_of_range_raise);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenCondition, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
