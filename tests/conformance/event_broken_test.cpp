#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "impl/common/descriptor.hpp"
#include "impl/common/futex.hpp"
#include "impl/common/locks/process_shared_mutex.hpp"
#include "impl/common/names.hpp"
#include "tests/conformance/event_checks.hpp"
#include "tests/conformance/event_life_checks.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/system_calls.hpp"

/// Events that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  set_at_first,
  gives_up_early,
  waits_too_long,  ///< without end, whatever the deadline
  wakes_one,
  wakes_only_its_process,
  forgets_who_waited,  ///< once it has been cleared
  clears_one_set,      ///< of several
  spins,
  locks_in_handlers,
  changes_errno,
  takes_any_worker,
  calls_too_often,
  leaks_a_descriptor,
  keeps_a_name,
  leaves_a_name,
  claims_to_hang,  ///< after a killed waiter
};

const std::string name_to_leave = "/" + unguessable_name();

/// Right but for its fault.
template <Fault fault>
class Faulty {
 public:
  static constexpr Info info{.name = "faulty", .mechanism = "one promise broken"};
  static constexpr EventFacts facts{.survives_killed_waiter = fault != Fault::claims_to_hang};

  explicit Faulty(EventShape shape) : workers_(shape.workers) {
    if (workers_ == 0) throw std::invalid_argument("faulty: 0 workers");
    if (fault == Fault::set_at_first) word_ = 1;
    if (fault == Fault::leaks_a_descriptor) (void)dup(STDERR_FILENO);
    if (fault == Fault::leaves_a_name || fault == Fault::keeps_a_name) {
      const Descriptor file(
          shm_open(name_to_leave.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
      (void)ftruncate(file.get(), 1);
      (void)mmap(nullptr, 1, PROT_READ, MAP_SHARED, file.get(), 0);
    }
  }

  class Handle {
   public:
    explicit Handle(Faulty& event) : event_(&event) {}

    void set() {
      std::unique_lock lock(event_->mutex_, std::defer_lock);
      if (fault == Fault::locks_in_handlers) lock.lock();
      if (fault == Fault::changes_errno) errno = 0;
      if (fault == Fault::calls_too_often) (void)getppid();
      if (fault == Fault::clears_one_set) {
        event_->word_ += 2;
      } else if (word() % 2 == 0) {
        ++event_->word_;
      }
      constexpr int private_wake = FUTEX_WAKE | FUTEX_PRIVATE_FLAG;
      if (fault == Fault::wakes_only_its_process) {
        syscall(SYS_futex, &event_->word_, private_wake, INT_MAX, nullptr, nullptr, 0);
      } else if (event_->waiters_ > 0) {
        futex_wake(event_->word_, fault == Fault::wakes_one ? 1 : INT_MAX);
      }
    }
    void clear() {
      if (fault == Fault::clears_one_set) {
        if (word() > 0) event_->word_ -= 2;
      } else if (word() % 2 != 0) {
        ++event_->word_;
      }
    }
    bool is_set() const { return fault == Fault::clears_one_set ? word() > 0 : word() % 2 != 0; }
    bool wait(Deadline deadline) {
      if (fault == Fault::locks_in_handlers) const std::scoped_lock lock(event_->mutex_);
      if (fault == Fault::gives_up_early && deadline != never && deadline != at_once) {
        deadline -= std::chrono::milliseconds(30);
      }
      if (fault == Fault::waits_too_long && deadline != at_once) deadline = never;
      const std::uint32_t before = word();
      ++event_->waiters_;
      while (!is_set() && (word() == before || fault == Fault::forgets_who_waited)) {
        if (deadline == at_once || (deadline != never && Clock::now() >= deadline)) break;
        if (fault != Fault::spins) futex_wait(event_->word_, before, deadline);
        // So late that it has been cleared.
        if (fault == Fault::forgets_who_waited) std::this_thread::sleep_for(a_moment);
      }
      --event_->waiters_;
      return is_set() || (word() != before && fault != Fault::forgets_who_waited);
    }

   private:
    std::uint32_t word() const { return event_->word_; }
    Faulty* event_;
  };

  Handle handle(unsigned worker) {
    if (worker < workers_ || fault == Fault::takes_any_worker) return Handle(*this);
    throw std::out_of_range("faulty: no such worker");
  }

 private:
  unsigned workers_;
  ProcessSharedMutex mutex_;
  std::atomic<std::uint32_t> word_{0};
  std::atomic<unsigned> waiters_{0};
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

template <Fault fault>
const EventRow& faulty() {
  return event_row<Row<fault>>();
}

class ABrokenEvent : public AmongPeers {};

TEST_P(ABrokenEvent, that_is_not_broken_passes) {
  for (CheckOf<EventRow> check :
       {is_unset_at_first_also_in_used_memory, a_wait_returns_at_once_while_it_is_set,
        a_wait_fails_after_its_time_and_not_before, a_set_wakes_all_who_wait,
        a_set_that_is_cleared_at_once_lets_go_all_who_waited, a_clear_arms_it_again,
        many_sets_are_as_one, shapes_and_workers_out_of_range_raise,
        who_sleeps_costs_no_processor_time, nobody_else_can_open_it,
        a_set_in_a_signal_handler_wakes_a_waiter}) {
    EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  }
}

TEST_P(ABrokenEvent, that_is_set_at_first_is_rejected) {
  expect_rejected(faulty<Fault::set_at_first>(), is_unset_at_first_also_in_used_memory);
}

TEST_P(ABrokenEvent, that_gives_up_early_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(), a_wait_fails_after_its_time_and_not_before);
}

TEST_P(ABrokenEvent, that_waits_too_long_is_rejected) {
  expect_hang(faulty<Fault::waits_too_long>(), a_wait_fails_after_its_time_and_not_before);
}

TEST_P(ABrokenEvent, that_wakes_one_of_all_is_rejected) {
  expect_hang(faulty<Fault::wakes_one>(), a_set_wakes_all_who_wait);
}

TEST_P(ABrokenEvent, that_wakes_only_its_own_process_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads are of one process";
  expect_hang(faulty<Fault::wakes_only_its_process>(), a_set_wakes_all_who_wait);
}

TEST_P(ABrokenEvent, that_forgets_who_waited_is_rejected) {
  expect_hang(faulty<Fault::forgets_who_waited>(),
              a_set_that_is_cleared_at_once_lets_go_all_who_waited);
}

TEST_P(ABrokenEvent, that_clears_one_set_of_several_is_rejected) {
  expect_rejected(faulty<Fault::clears_one_set>(), many_sets_are_as_one);
}

TEST_P(ABrokenEvent, that_spins_where_it_claims_to_sleep_is_rejected) {
  expect_rejected(faulty<Fault::spins>(), who_sleeps_costs_no_processor_time);
}

TEST_P(ABrokenEvent, that_locks_in_signal_handlers_is_rejected) {
  expect_rejected(faulty<Fault::locks_in_handlers>(),
                  a_set_in_a_handler_may_interrupt_the_event_itself, std::chrono::seconds(2));
}

TEST_P(ABrokenEvent, that_changes_errno_in_signal_handlers_is_rejected) {
  expect_rejected(faulty<Fault::changes_errno>(), a_set_in_a_signal_handler_wakes_a_waiter);
}

TEST_P(ABrokenEvent, that_takes_any_worker_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_worker>(), shapes_and_workers_out_of_range_raise);
}

TEST_P(ABrokenEvent, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

TEST_P(ABrokenEvent, that_leaks_a_descriptor_is_rejected) {
  expect_rejected(faulty<Fault::leaks_a_descriptor>(), ten_thousand_events_leave_nothing);
}

TEST_P(ABrokenEvent, that_keeps_or_leaves_a_name_is_rejected) {
  expect_rejected(faulty<Fault::keeps_a_name>(), nobody_else_can_open_it);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
  expect_rejected(faulty<Fault::leaves_a_name>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST_P(ABrokenEvent, that_claims_another_end_after_a_killed_waiter_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads die together";
  EXPECT_NO_THROW(a_killed_waiter_holds_up_others_only_where_claimed(faulty<Fault::none>(),
                                                                     std::chrono::seconds(20)));
  expect_rejected(faulty<Fault::claims_to_hang>(),
                  a_killed_waiter_holds_up_others_only_where_claimed, std::chrono::seconds(20));
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenEvent, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
