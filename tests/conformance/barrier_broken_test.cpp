#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <optional>
#include <thread>

#include "impl/barrier/generation.hpp"
#include "impl/common/locks/futex_mutex.hpp"
#include "impl/common/waiting.hpp"
#include "impl/common/worker_numbers.hpp"
#include "tests/conformance/barrier_break_checks.hpp"
#include "tests/conformance/barrier_checks.hpp"
#include "tests/conformance/rejection.hpp"

/// Barriers that break one promise each to those who come, and the checks that must see it.
namespace handoff::conformance {
namespace {

using barrier::Generation;
using barrier::Passage;

enum class Fault {
  none,
  lets_all_pass,
  lets_one_pass_now_and_then,
  gives_all_the_first_index,
  gives_nobody_the_first_index,
  acts_twice,
  acts_for_each,
  refuses_no_action,
  shrugs_off_an_action_that_throws,
  forgets_its_abort,
  stays_broken,
  keeps_who_waits_at_a_reset,
  gives_up_alone,
  gives_up_early,
  miscounts,
  ends_at_signals,
  spins,
  works_at_one_address,
  is_one_for_all,
  takes_any_shape,
};

/// Right but for its fault: breakable, and looks now and then whether it may go on.
template <Fault fault>
class Faulty {
 public:
  static constexpr Info info{.name = "faulty", .mechanism = "one promise broken", .source = "test"};
  static constexpr BarrierFacts facts{.runs_action = fault != Fault::refuses_no_action,
                                      .most_parties = 64};

  explicit Faulty(const BarrierShape& shape)
      : numbers_(info.name, fault == Fault::takes_any_shape ? 1 : shape.parties,
                 facts.most_parties),
        parties_(shape.parties),
        action_(shape.action) {}

  class Handle {
   public:
    Handle(Faulty& barrier, unsigned) : barrier_(&barrier) {}

    unsigned wait(Deadline deadline = never) {
      const bool lets_pass =
          fault == Fault::lets_all_pass ||
          (fault == Fault::lets_one_pass_now_and_then && ++waits_ % 7 == 0) ||
          (fault == Fault::works_at_one_address && barrier_ != barrier_->built_at_);
      if (lets_pass) return 1;
      std::unique_lock lock(its().mutex);
      if (its().state.is_broken()) throw BrokenBarrier(info.name, "broken");
      its().state = with_arrival(its().state);
      const Generation came = its().state;
      if (fault == Fault::acts_for_each) barrier_->action_();
      const auto index = static_cast<unsigned>(barrier_->parties_ - came.arrived);
      if (index == 0) {
        end_round();
      } else {
        sleep_until_over(lock, came, shortened(deadline));
      }
      if (fault == Fault::gives_all_the_first_index) return 0;
      return fault == Fault::gives_nobody_the_first_index ? index + 1 : index;
    }
    void abort() {
      change(barrier::broken);
      if (fault == Fault::forgets_its_abort) change(barrier::whole_again);
    }
    void reset() {
      if (fault == Fault::stays_broken) return change(barrier::broken);
      change(barrier::whole_again);
    }
    bool is_broken() { return look().is_broken(); }
    unsigned waiting() { return look().arrived + (fault == Fault::miscounts ? 1 : 0); }

   private:
    static constexpr bool gives_up_early = fault == Fault::gives_up_early;

    static Deadline shortened(Deadline deadline) {
      const bool far = deadline != never && deadline > Deadline() + std::chrono::seconds(1);
      return gives_up_early && far ? deadline - std::chrono::milliseconds(10) : deadline;
    }
    void end_round() {
      try {
        barrier_->action_();
        if (fault == Fault::acts_twice) barrier_->action_();
      } catch (...) {
        if (fault != Fault::shrugs_off_an_action_that_throws) its().state = broken(its().state);
        throw;
      }
      its().state = next_round(its().state);
    }
    void sleep_until_over(std::unique_lock<FutexMutex>& lock, Generation came, Deadline deadline) {
      auto passage_now = [&] { return passage(came, its().state); };
      while (passage_now() == Passage::waits || is_kept(passage_now())) {
        if (detail::passed(deadline)) {
          if (fault != Fault::gives_up_alone) its().state = broken(its().state);
          throw BrokenBarrier(info.name, "not all parties came in time");
        }
        lock.unlock();
        constexpr auto between_looks = std::chrono::microseconds(500);
        bool interrupted = false;
        if constexpr (fault == Fault::ends_at_signals) {
          interrupted = usleep(100'000) == -1;
        } else if constexpr (fault != Fault::spins) {
          std::this_thread::sleep_for(between_looks);
        }
        lock.lock();
        if (interrupted) return;
      }
      if (passage_now() == Passage::broken) throw BrokenBarrier(info.name, "broken");
    }
    bool is_kept(Passage passage) const {
      return fault == Fault::keeps_who_waits_at_a_reset && passage == Passage::broken;
    }
    void change(Generation (*to)(Generation)) {
      const std::scoped_lock lock(its().mutex);
      its().state = to(its().state);
    }
    Generation look() {
      const std::scoped_lock lock(its().mutex);
      return its().state;
    }
    auto& its() {
      static State one_for_all;
      return fault == Fault::is_one_for_all ? one_for_all : barrier_->state_;
    }

    Faulty* barrier_;
    unsigned waits_ = 0;
  };

  Handle handle(unsigned party) {
    if (fault != Fault::takes_any_shape) numbers_.check(info.name, party);
    return Handle(*this, party);
  }

 private:
  struct State {
    FutexMutex mutex;
    Generation state;
  };

  WorkerNumbers numbers_;
  unsigned parties_;
  BarrierAction action_;
  State state_;
  Faulty* built_at_ = this;
};

template <Fault fault>
struct Row {
  using type = Faulty<fault>;
};

constexpr auto soon = std::chrono::seconds(1);

template <Fault fault>
const BarrierRow& faulty() {
  return barrier_row<Row<fault>>();
}

class ABrokenBarrier : public AmongPeers {};

TEST_P(ABrokenBarrier, that_is_not_broken_passes) {
  constexpr CheckOf<BarrierRow> all[] = {
      nobody_passes_before_all_have_come,
      exactly_one_gets_index_0,
      the_action_runs_once_before_release,
      a_barrier_of_one_never_blocks,
      a_handle_taken_anew_goes_on_where_the_last_one_stopped,
      works_through_two_mappings_at_different_addresses,
      a_wait_goes_on_after_a_signal,
      a_waiter_costs_next_to_no_processor_time,
      barriers_side_by_side_are_independent,
      shapes_and_parties_out_of_range_raise,
      abort_breaks_all_who_wait_and_all_who_come,
      reset_frees_who_waits_and_makes_it_whole_again,
      a_reset_while_nobody_waits_changes_nothing,
      one_late_party_breaks_all,
      a_timed_wait_breaks_after_its_time_and_not_before,
      an_action_that_throws_breaks_the_barrier,
      waiting_counts_those_who_have_come,
  };
  for (CheckOf<BarrierRow> check : all) EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
}

TEST_P(ABrokenBarrier, that_lets_parties_pass_too_early_is_rejected) {
  expect_rejected(faulty<Fault::lets_all_pass>(), nobody_passes_before_all_have_come);
  expect_rejected(faulty<Fault::lets_all_pass>(),
                  breaks_and_resets_at_any_moment_let_nobody_pass_alone);
  expect_rejected(faulty<Fault::lets_one_pass_now_and_then>(),
                  a_thousand_rounds_without_overtaking);
}

TEST_P(ABrokenBarrier, that_gives_the_first_index_to_all_or_none_is_rejected) {
  expect_rejected(faulty<Fault::gives_all_the_first_index>(), exactly_one_gets_index_0);
  expect_rejected(faulty<Fault::gives_nobody_the_first_index>(), exactly_one_gets_index_0);
  expect_rejected(faulty<Fault::gives_nobody_the_first_index>(), a_barrier_of_one_never_blocks);
}

TEST_P(ABrokenBarrier, that_acts_too_often_or_too_early_is_rejected) {
  expect_rejected(faulty<Fault::acts_twice>(), the_action_runs_once_before_release);
  expect_rejected(faulty<Fault::acts_for_each>(), the_action_runs_once_before_release);
  expect_rejected(faulty<Fault::refuses_no_action>(), an_action_that_nobody_would_run_raises);
}

TEST_P(ABrokenBarrier, that_shrugs_off_an_action_that_throws_is_rejected) {
  expect_rejected(faulty<Fault::shrugs_off_an_action_that_throws>(),
                  an_action_that_throws_breaks_the_barrier, soon);
}

TEST_P(ABrokenBarrier, that_does_not_break_or_mend_is_rejected) {
  expect_rejected(faulty<Fault::forgets_its_abort>(), abort_breaks_all_who_wait_and_all_who_come,
                  soon);
  expect_rejected(faulty<Fault::stays_broken>(), reset_frees_who_waits_and_makes_it_whole_again,
                  soon);
  expect_rejected(faulty<Fault::stays_broken>(), a_reset_while_nobody_waits_changes_nothing);
  expect_rejected(faulty<Fault::keeps_who_waits_at_a_reset>(),
                  reset_frees_who_waits_and_makes_it_whole_again, soon);
}

TEST_P(ABrokenBarrier, that_lets_a_late_party_break_itself_alone_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_alone>(), one_late_party_breaks_all, soon);
}

TEST_P(ABrokenBarrier, that_gives_up_too_early_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(),
                  a_timed_wait_breaks_after_its_time_and_not_before);
}

TEST_P(ABrokenBarrier, that_miscounts_is_rejected) {
  expect_rejected(faulty<Fault::miscounts>(), waiting_counts_those_who_have_come);
}

TEST_P(ABrokenBarrier, that_lets_pass_at_signals_is_rejected) {
  expect_rejected(faulty<Fault::ends_at_signals>(), a_wait_goes_on_after_a_signal);
}

TEST_P(ABrokenBarrier, that_spins_is_rejected) {
  expect_rejected(faulty<Fault::spins>(), a_waiter_costs_next_to_no_processor_time);
}

TEST(ABrokenBarrierOfProcesses, that_works_at_one_address_is_rejected) {
  expect_rejected(faulty<Fault::works_at_one_address>(),
                  works_through_two_mappings_at_different_addresses, soon);
}

TEST_P(ABrokenBarrier, that_is_one_for_all_is_rejected) {
  if (GetParam() == Peers::processes) GTEST_SKIP() << "each process has one of its own";
  expect_rejected(faulty<Fault::is_one_for_all>(), barriers_side_by_side_are_independent);
}

TEST_P(ABrokenBarrier, that_takes_any_shape_is_rejected) {
  expect_rejected(faulty<Fault::takes_any_shape>(), shapes_and_parties_out_of_range_raise);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenBarrier, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
