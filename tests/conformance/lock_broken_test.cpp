#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "impl/common/locks/recursive_futex_mutex.hpp"
#include "tests/conformance/lock_checks.hpp"
#include "tests/conformance/lock_race_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Locks that break one promise each to those who use them, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  lets_all_in,
  excludes_at_one_address,
  gives_what_is_held,
  keeps_what_is_let_go,
  lets_anybody_release,
  refuses_its_holder,
  is_free_at_the_first_release,
  gives_up_early,
  gives_up_what_is_free,
  fails_at_signals,
  is_one_for_all,
  takes_any_shape,
};

/// Right but for its fault: recursive, checked and timed.
template <Fault fault>
class Faulty {
 public:
  static constexpr Info info{.name = "faulty", .mechanism = "one promise broken", .source = "test"};
  static constexpr LockFacts facts{.recursive = true, .checked = true, .most_workers = 8};

  class Handle {
   public:
    explicit Handle(Faulty& lock) : lock_(&lock), me_(static_cast<std::uint32_t>(gettid())) {}

    void lock() {
      if (lets_in()) return;
      if constexpr (fault == Fault::fails_at_signals) {
        while (!mutex().try_lock(me_)) {
          if (usleep(100'000) == -1) throw_errno("usleep");
        }
      } else {
        mutex().lock(me_);
      }
    }
    bool try_lock() {
      if constexpr (fault == Fault::refuses_its_holder) {
        if (depth_ > 0) return false;
        ++depth_;
      }
      return lets_in() || mutex().try_lock(me_) || fault == Fault::gives_what_is_held;
    }
    bool try_lock_until(Deadline deadline) {
      if (fault == Fault::gives_up_what_is_free && deadline == at_once) return false;
      constexpr auto early = std::chrono::milliseconds(fault == Fault::gives_up_early ? 10 : 0);
      bool is_far = deadline != never && deadline > Deadline() + early;
      return lets_in() || mutex().try_lock_until(is_far ? deadline - early : deadline, me_);
    }
    void unlock() {
      if (fault == Fault::keeps_what_is_let_go || lets_in()) return;
      if constexpr (fault == Fault::lets_anybody_release) {
        new (&mutex()) RecursiveFutexMutex;
      } else {
        mutex().unlock(me_);
      }
      if constexpr (fault == Fault::is_free_at_the_first_release) {
        while (is_held()) mutex().unlock(me_);
      }
    }

   private:
    bool lets_in() const {
      return fault == Fault::lets_all_in ||
             (fault == Fault::excludes_at_one_address && lock_ != lock_->built_at_);
    }
    bool is_held() {
      try {
        mutex().unlock(me_);
        mutex().lock(me_);
        return true;
      } catch (const std::system_error&) {
        return false;
      }
    }
    RecursiveFutexMutex& mutex() {
      static RecursiveFutexMutex one_for_all;
      return fault == Fault::is_one_for_all ? one_for_all : lock_->mutex_;
    }

    Faulty* lock_;
    std::uint32_t me_;
    [[maybe_unused]] unsigned depth_ = 0;
  };

  explicit Faulty(LockShape shape) : workers_(info.name, checked(shape), facts) {}
  Handle handle(unsigned worker) {
    if (fault != Fault::takes_any_shape) workers_.check(info.name, worker);
    return Handle(*this);
  }

 private:
  static LockShape checked(LockShape shape) {
    if (fault == Fault::takes_any_shape) shape.workers = 1;
    return shape;
  }

  LockWorkers workers_;
  Faulty* built_at_ = this;
  RecursiveFutexMutex mutex_;
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

template <Fault fault>
const LockRow& faulty() {
  return lock_row<Row<fault>>();
}

class ABrokenLock : public AmongPeers {};

TEST_P(ABrokenLock, that_is_not_broken_passes) {
  constexpr CheckOf<LockRow> all[] = {
      mutual_exclusion_under_eight_workers,
      no_wake_up_is_lost_in_many_hand_overs,
      works_through_two_mappings_at_different_addresses,
      a_second_try_is_refused,
      serves_scope_guards,
      locks_side_by_side_are_independent,
      shapes_and_workers_out_of_range_raise,
      a_wait_goes_on_after_a_signal,
      a_waiter_costs_next_to_no_processor_time,
      releasing_an_unheld_lock_raises,
      releasing_what_another_holds_is_refused,
      a_recursive_lock_nests,
      one_release_too_many_raises,
      a_timed_acquire_fails_after_its_time_and_not_before,
      a_timed_acquire_gets_what_is_released_in_time,
      a_deadline_that_has_passed_tries_once,
  };
  for (CheckOf<LockRow> check : all) EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
}

TEST_P(ABrokenLock, that_lets_all_in_is_rejected) {
  expect_rejected(faulty<Fault::lets_all_in>(), mutual_exclusion_under_eight_workers);
  expect_rejected(faulty<Fault::lets_all_in>(), no_wake_up_is_lost_in_many_hand_overs);
  expect_rejected(faulty<Fault::lets_all_in>(), serves_scope_guards);
}

TEST_P(ABrokenLock, that_excludes_at_one_address_is_rejected) {
  expect_rejected(faulty<Fault::excludes_at_one_address>(),
                  works_through_two_mappings_at_different_addresses);
}

TEST_P(ABrokenLock, that_gives_what_is_held_is_rejected) {
  expect_rejected(faulty<Fault::gives_what_is_held>(), a_second_try_is_refused);
}

TEST_P(ABrokenLock, that_keeps_what_is_let_go_is_rejected) {
  expect_rejected(faulty<Fault::keeps_what_is_let_go>(), serves_scope_guards);
}

TEST_P(ABrokenLock, that_lets_anybody_release_is_rejected) {
  expect_rejected(faulty<Fault::lets_anybody_release>(), releasing_an_unheld_lock_raises);
  expect_rejected(faulty<Fault::lets_anybody_release>(), releasing_what_another_holds_is_refused);
  expect_rejected(faulty<Fault::lets_anybody_release>(), one_release_too_many_raises);
}

TEST_P(ABrokenLock, that_does_not_nest_is_rejected) {
  expect_rejected(faulty<Fault::refuses_its_holder>(), a_recursive_lock_nests);
  expect_rejected(faulty<Fault::is_free_at_the_first_release>(), a_recursive_lock_nests);
}

TEST_P(ABrokenLock, that_gives_up_too_early_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(),
                  a_timed_acquire_fails_after_its_time_and_not_before);
  expect_rejected(faulty<Fault::gives_up_what_is_free>(), a_deadline_that_has_passed_tries_once);
}

TEST_P(ABrokenLock, that_fails_at_signals_is_rejected) {
  expect_rejected(faulty<Fault::fails_at_signals>(), a_wait_goes_on_after_a_signal);
}

TEST_P(ABrokenLock, that_is_one_for_all_is_rejected) {
  if (GetParam() == Peers::processes) GTEST_SKIP() << "each process has one of its own";
  expect_rejected(faulty<Fault::is_one_for_all>(), locks_side_by_side_are_independent);
}

TEST_P(ABrokenLock, that_takes_any_shape_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_shape>(), shapes_and_workers_out_of_range_raise);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenLock, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
