#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "impl/common/descriptor.hpp"
#include "impl/common/futex.hpp"
#include "impl/common/names.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/semaphore_checks.hpp"
#include "tests/conformance/semaphore_crowd_checks.hpp"
#include "tests/conformance/semaphore_life_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Semaphores that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  is_unbounded,  ///< which is no fault but of a bounded one
  has_one_more,
  waits_in_tries,
  gives_up_early,
  gives_one_of_several,
  wakes_one_of_several,
  wakes_only_its_process,
  looks_and_then_gives,  ///< in two steps
  gives_before_it_raises,
  ignores_its_limit,
  tells_an_old_value,
  takes_in_two_steps,
  spins,
  takes_any_worker,
  calls_too_often,
  leaks_a_descriptor,
  keeps_a_name,
  leaves_a_name,
  claims_to_give_back,  ///< what a killed holder has taken
};

const std::string name_to_leave = "/" + unguessable_name();

/// After which others have surely looked.
constexpr auto late = std::chrono::milliseconds(1);

/// A bounded one, right but for its fault.
template <Fault fault>
class Faulty {
 public:
  static constexpr std::size_t most = 1000;
  static constexpr bool bounded = fault != Fault::is_unbounded && fault != Fault::ignores_its_limit;
  static constexpr Info info{
      .name = "faulty",
      .mechanism = "one promise broken",
      .bounded = bounded,
      .on_peer_death = fault == Fault::claims_to_give_back ? Survivor::told : Survivor::hangs,
      .largest_capacity = [] { return most; }};
  static constexpr SemaphoreFacts facts{.undone_at_end = fault == Fault::claims_to_give_back};

  explicit Faulty(SemaphoreShape shape)
      : workers_(shape.workers), start_(shape.permits), free_(static_cast<unsigned>(start_)) {
    check_shape(info, shape);
    if (fault == Fault::has_one_more) ++free_;
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
    explicit Handle(Faulty& semaphore) : semaphore_(&semaphore) {}

    void acquire() { (void)try_acquire_until(never); }
    bool try_acquire() {
      if (fault != Fault::waits_in_tries) return take();
      acquire();
      return true;
    }
    bool try_acquire_until(Deadline deadline) {
      if (fault == Fault::gives_up_early && deadline != never && deadline != at_once) {
        deadline -= std::chrono::milliseconds(30);
      }
      ++semaphore_->waiters_;
      bool got = false;
      while (!(got = take())) {
        if (deadline == at_once || (deadline != never && Clock::now() >= deadline)) break;
        if (fault != Fault::spins) futex_wait(semaphore_->free_, 0, deadline);
      }
      --semaphore_->waiters_;
      return got;
    }
    void release(std::size_t n = 1) {
      if (n == 0) throw std::invalid_argument("faulty: a release of 0 permits");
      if (fault == Fault::calls_too_often) (void)getppid();
      const auto given = static_cast<std::uint32_t>(fault == Fault::gives_one_of_several ? 1 : n);
      const std::size_t limit = bounded ? semaphore_->start_ : most;
      std::uint32_t free = semaphore_->free_;
      if (fault == Fault::gives_before_it_raises) semaphore_->free_ += given;
      do {
        if (fault != Fault::ignores_its_limit && n > limit - std::min<std::size_t>(limit, free)) {
          throw LimitError(info.name, "permits", n, limit);
        }
        if (fault == Fault::gives_before_it_raises) break;
        if (fault != Fault::looks_and_then_gives) continue;
        std::this_thread::sleep_for(late);
        semaphore_->free_ += given;
        break;
      } while (!semaphore_->free_.compare_exchange_weak(free, free + given));
      wake(n);
    }
    std::size_t value() const {
      return fault == Fault::tells_an_old_value ? semaphore_->start_ : semaphore_->free_.load();
    }

   private:
    bool take() {
      std::uint32_t free = semaphore_->free_;
      if (fault == Fault::takes_in_two_steps && free > 0) {
        std::this_thread::sleep_for(late);
        semaphore_->free_ = free - 1;
        return true;
      }
      while (free > 0 && !semaphore_->free_.compare_exchange_weak(free, free - 1)) {
      }
      return free > 0;
    }
    void wake(std::size_t n) {
      if (semaphore_->waiters_ == 0) return;
      const int waiters = fault == Fault::wakes_one_of_several ? 1 : static_cast<int>(n);
      constexpr int private_wake = FUTEX_WAKE | FUTEX_PRIVATE_FLAG;
      if (fault == Fault::wakes_only_its_process) {
        syscall(SYS_futex, &semaphore_->free_, private_wake, waiters, nullptr, nullptr, 0);
      } else {
        futex_wake(semaphore_->free_, waiters);
      }
    }

    Faulty* semaphore_;
  };

  Handle handle(unsigned worker) {
    if (worker < workers_ || fault == Fault::takes_any_worker) return Handle(*this);
    throw std::out_of_range("faulty: no such worker");
  }

 private:
  unsigned workers_;
  std::size_t start_;
  std::atomic<std::uint32_t> free_;
  std::atomic<unsigned> waiters_{0};
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

template <Fault fault>
const SemaphoreRow& faulty() {
  return semaphore_row<Row<fault>>();
}

class ABrokenSemaphore : public AmongPeers {};

TEST_P(ABrokenSemaphore, that_is_not_broken_passes) {
  for (CheckOf<SemaphoreRow> check :
       {counts_down_to_zero_and_no_further, a_try_at_zero_is_refused_at_once,
        a_bounded_one_refuses_to_exceed_its_start_value,
        a_timed_acquire_fails_after_its_time_and_not_before, value_is_exact_when_quiet,
        permits_admit_that_many_at_once_and_no_more, a_release_of_several_lets_in_as_many,
        of_many_releases_for_one_taken_permit_one_succeeds, who_sleeps_costs_no_processor_time,
        shapes_and_arguments_out_of_range_raise, nobody_else_can_open_it}) {
    EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  }
  for (CheckOf<SemaphoreRow> check :
       {release_may_exceed_the_start_value, a_release_over_the_limit_raises_and_changes_nothing}) {
    EXPECT_NO_THROW(check(faulty<Fault::is_unbounded>(), GetParam()));
  }
}

TEST_P(ABrokenSemaphore, that_has_a_permit_too_many_is_rejected) {
  expect_rejected(faulty<Fault::has_one_more>(), counts_down_to_zero_and_no_further);
  expect_rejected(faulty<Fault::has_one_more>(), permits_admit_that_many_at_once_and_no_more);
}

TEST_P(ABrokenSemaphore, that_waits_in_tries_is_rejected) {
  expect_hang(faulty<Fault::waits_in_tries>(), a_try_at_zero_is_refused_at_once);
}

TEST_P(ABrokenSemaphore, that_gives_up_early_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(),
                  a_timed_acquire_fails_after_its_time_and_not_before);
}

TEST_P(ABrokenSemaphore, that_gives_one_permit_of_several_is_rejected) {
  expect_rejected(faulty<Fault::gives_one_of_several>(), counts_down_to_zero_and_no_further);
}

TEST_P(ABrokenSemaphore, that_wakes_one_for_several_permits_is_rejected) {
  expect_hang(faulty<Fault::wakes_one_of_several>(), a_release_of_several_lets_in_as_many);
}

TEST_P(ABrokenSemaphore, that_wakes_only_its_own_process_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads are of one process";
  expect_hang(faulty<Fault::wakes_only_its_process>(), an_acquire_at_zero_waits_for_a_release);
}

TEST_P(ABrokenSemaphore, that_looks_and_then_gives_is_rejected) {
  expect_rejected(faulty<Fault::looks_and_then_gives>(),
                  of_many_releases_for_one_taken_permit_one_succeeds);
}

TEST_P(ABrokenSemaphore, that_gives_before_it_raises_is_rejected) {
  expect_rejected(faulty<Fault::gives_before_it_raises>(),
                  a_bounded_one_refuses_to_exceed_its_start_value);
}

TEST_P(ABrokenSemaphore, that_ignores_its_bound_or_limit_is_rejected) {
  expect_rejected(faulty<Fault::is_unbounded>(), a_bounded_one_refuses_to_exceed_its_start_value);
  expect_rejected(faulty<Fault::ignores_its_limit>(),
                  a_release_over_the_limit_raises_and_changes_nothing);
}

TEST_P(ABrokenSemaphore, that_is_bounded_where_it_claims_not_to_be_is_rejected) {
  expect_rejected(faulty<Fault::none>(), release_may_exceed_the_start_value);
}

TEST_P(ABrokenSemaphore, that_tells_an_old_value_is_rejected) {
  expect_rejected(faulty<Fault::tells_an_old_value>(), value_is_exact_when_quiet);
}

TEST_P(ABrokenSemaphore, that_takes_in_two_steps_is_rejected) {
  expect_rejected(faulty<Fault::takes_in_two_steps>(), permits_admit_that_many_at_once_and_no_more);
}

TEST_P(ABrokenSemaphore, that_spins_where_it_claims_to_sleep_is_rejected) {
  expect_rejected(faulty<Fault::spins>(), who_sleeps_costs_no_processor_time);
}

TEST_P(ABrokenSemaphore, that_takes_any_worker_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_worker>(), shapes_and_arguments_out_of_range_raise);
}

TEST_P(ABrokenSemaphore, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam());
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

TEST_P(ABrokenSemaphore, that_leaks_a_descriptor_is_rejected) {
  expect_rejected(faulty<Fault::leaks_a_descriptor>(), ten_thousand_semaphores_leave_nothing);
}

TEST_P(ABrokenSemaphore, that_keeps_or_leaves_a_name_is_rejected) {
  expect_rejected(faulty<Fault::keeps_a_name>(), nobody_else_can_open_it);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
  expect_rejected(faulty<Fault::leaves_a_name>(), a_killed_user_leaves_no_name, patience_for_names);
  EXPECT_EQ(shm_unlink(name_to_leave.c_str()), 0);
}

TEST_P(ABrokenSemaphore, that_claims_to_give_back_what_the_dead_had_taken_is_rejected) {
  if (GetParam() == Peers::threads) GTEST_SKIP() << "threads die together";
  EXPECT_NO_THROW(permits_of_a_killed_holder_come_back_only_where_claimed(faulty<Fault::none>(),
                                                                          little_patience));
  expect_rejected(faulty<Fault::claims_to_give_back>(),
                  permits_of_a_killed_holder_come_back_only_where_claimed, little_patience);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenSemaphore, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
