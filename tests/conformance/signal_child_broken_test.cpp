#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "impl/signal/pidfd_poll.hpp"
#include "impl/signal/sigchld_handler.hpp"
#include "impl/signal/waitid.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/signal_child_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Watchers of children that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

using signal::PidfdPoll;
using signal::SigchldHandler;
using signal::Waitid;

enum class Fault {
  none,
  tells_another_code,
  tells_of_another,
  tells_twice,
  reaps_nobody,
  misses_what_has_ended,
  misses_some,
  gives_up_early,
  waits_too_long,  ///< without end, whatever the deadline
  claims_to_be_timed,
  claims_not_to_be_timed,
  claims_to_take_strangers,
  claims_to_leave_strangers,
  takes_anybody,
  waits_for_nobody,
  ends_what_it_interrupts,
  is_ended_by_signals,
  spins,
  calls_too_often,
};

/// By more than a crowded machine is late.
constexpr auto too_early = std::chrono::milliseconds(10);

constexpr WatcherFacts changed(WatcherFacts facts, Fault fault) {
  if (fault == Fault::claims_to_be_timed) facts.timed = true;
  if (fault == Fault::claims_not_to_be_timed) facts.timed = false;
  if (fault == Fault::claims_to_take_strangers) facts.takes_strangers = true;
  if (fault == Fault::claims_to_leave_strangers) facts.takes_strangers = false;
  return facts;
}

/// Right but for its fault.
template <class Right, Fault fault>
class Faulty : public Right {
 public:
  static constexpr WatcherFacts facts = changed(Right::facts, fault);

  using Right::Right;

  class Handle {
   public:
    explicit Handle(typename Right::Handle right) : right_(std::move(right)) {
      if (fault != Fault::ends_what_it_interrupts) return;
      struct sigaction action {};
      sigaction(SIGCHLD, nullptr, &action);
      action.sa_flags &= ~SA_RESTART;
      sigaction(SIGCHLD, &action, nullptr);
    }

    void watch(pid_t child) {
      if (fault == Fault::calls_too_often) (void)getppid();
      if (fault == Fault::misses_what_has_ended && find(WNOWAIT | WNOHANG)) return;
      try {
        right_.watch(child);
      } catch (const std::system_error&) {
        if (fault != Fault::takes_anybody) throw;
      }
    }

    std::optional<ChildEnd> wait(Deadline deadline = never) {
      const bool timed = deadline != never && deadline != at_once;
      if (fault == Fault::gives_up_early && timed) deadline -= too_early;
      if (fault == Fault::waits_too_long && timed) deadline = never;
      if (fault == Fault::reaps_nobody && deadline == never) return find(WNOWAIT);
      if (fault == Fault::is_ended_by_signals && deadline == never) return find(0);
      if (fault == Fault::tells_twice && last_) return std::exchange(last_, std::nullopt);
      if (fault == Fault::waits_for_nobody && deadline == at_once) return std::nullopt;
      auto told = fault == Fault::spins ? wait_awake(deadline) : right_.wait(deadline);
      if (fault == Fault::misses_some && ++told_ % 64 == 0) told = right_.wait(deadline);
      if (fault == Fault::tells_another_code && told) told->code = -told->code;
      if (fault == Fault::tells_of_another && told) ++told->process;
      last_ = told;
      return told;
    }

   private:
    /// A child that has ended, as the kernel tells of it; nothing also when a signal comes.
    static std::optional<ChildEnd> find(int options) {
      siginfo_t info{};
      if (waitid(P_ALL, 0, &info, WEXITED | options) == -1 || info.si_pid == 0) return std::nullopt;
      return ChildEnd{info.si_pid, info.si_code == CLD_EXITED ? info.si_status : -info.si_status};
    }
    std::optional<ChildEnd> wait_awake(Deadline deadline) {
      do {
        if (const auto told = right_.wait(at_once)) return told;
      } while (Clock::now() < deadline);
      return std::nullopt;
    }

    typename Right::Handle right_;
    std::optional<ChildEnd> last_;
    unsigned told_ = 0;
  };

  Handle handle(unsigned worker) { return Handle(Right::handle(worker)); }
};

template <class W>
struct Row {
  using type = W;
};

template <class Right, Fault fault>
const WatcherRow& faulty() {
  return signal_row<Row<Faulty<Right, fault>>>();
}

template <class Right>
void expect_passes() {
  for (CheckOf<WatcherRow> check :
       {an_end_is_told_once_with_process_and_code, an_end_before_the_watch_is_told,
        none_of_a_hundred_that_end_at_once_is_missed, a_wait_fails_after_its_time_and_not_before,
        others_children_are_left_alone_where_claimed, who_is_no_child_and_nobody_raise,
        a_call_goes_on_after_an_end, a_wait_goes_on_after_signals,
        who_sleeps_costs_no_processor_time}) {
    EXPECT_NO_THROW(check(faulty<Right, Fault::none>(), Peers::processes));
  }
}

TEST(ABrokenWatcher, that_is_not_broken_passes) {
  expect_passes<SigchldHandler>();
  expect_passes<PidfdPoll>();
  expect_passes<Waitid>();
}

TEST(ABrokenWatcher, that_tells_something_else_is_rejected) {
  const CheckOf<WatcherRow> check = an_end_is_told_once_with_process_and_code;
  expect_rejected(faulty<PidfdPoll, Fault::tells_another_code>(), check);
  expect_rejected(faulty<PidfdPoll, Fault::tells_of_another>(), check);
  expect_rejected(faulty<PidfdPoll, Fault::tells_twice>(), check);
  expect_rejected(faulty<PidfdPoll, Fault::reaps_nobody>(), check);
}

TEST(ABrokenWatcher, that_misses_an_end_is_rejected) {
  expect_rejected(faulty<PidfdPoll, Fault::misses_what_has_ended>(),
                  an_end_before_the_watch_is_told);
  expect_rejected(faulty<SigchldHandler, Fault::misses_some>(),
                  none_of_a_hundred_that_end_at_once_is_missed);
}

TEST(ABrokenWatcher, that_gives_up_early_or_never_is_rejected) {
  const CheckOf<WatcherRow> check = a_wait_fails_after_its_time_and_not_before;
  expect_rejected(faulty<PidfdPoll, Fault::gives_up_early>(), check);
  expect_hang(faulty<PidfdPoll, Fault::waits_too_long>(), check);
}

TEST(ABrokenWatcher, that_claims_wrongly_whether_it_is_timed_is_rejected) {
  const CheckOf<WatcherRow> check = a_wait_fails_after_its_time_and_not_before;
  expect_rejected(faulty<Waitid, Fault::claims_to_be_timed>(), check);
  expect_rejected(faulty<PidfdPoll, Fault::claims_not_to_be_timed>(), check);
}

TEST(ABrokenWatcher, that_claims_wrongly_whose_children_it_takes_is_rejected) {
  const CheckOf<WatcherRow> check = others_children_are_left_alone_where_claimed;
  expect_rejected(faulty<PidfdPoll, Fault::claims_to_take_strangers>(), check);
  expect_rejected(faulty<Waitid, Fault::claims_to_leave_strangers>(), check);
}

TEST(ABrokenWatcher, that_takes_anybody_or_waits_for_nobody_is_rejected) {
  expect_rejected(faulty<PidfdPoll, Fault::takes_anybody>(), who_is_no_child_and_nobody_raise);
  expect_rejected(faulty<PidfdPoll, Fault::waits_for_nobody>(), who_is_no_child_and_nobody_raise);
}

TEST(ABrokenWatcher, that_ends_calls_or_is_ended_by_signals_is_rejected) {
  expect_rejected(faulty<SigchldHandler, Fault::ends_what_it_interrupts>(),
                  a_call_goes_on_after_an_end);
  expect_rejected(faulty<PidfdPoll, Fault::is_ended_by_signals>(), a_wait_goes_on_after_signals);
}

TEST(ABrokenWatcher, that_spins_where_it_claims_to_sleep_is_rejected) {
  expect_rejected(faulty<PidfdPoll, Fault::spins>(), who_sleeps_costs_no_processor_time);
}

TEST(ABrokenWatcher, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  const CheckOf<WatcherRow> check = makes_the_system_calls_that_it_claims;
  EXPECT_NO_THROW(check(faulty<PidfdPoll, Fault::none>(), Peers::processes));
  expect_rejected(faulty<PidfdPoll, Fault::calls_too_often>(), check);
}

}  // namespace
}  // namespace handoff::conformance
