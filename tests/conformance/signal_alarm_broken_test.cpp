#include <gtest/gtest.h>
#include <unistd.h>

#include "impl/signal/posix_timer.hpp"
#include "impl/signal/timerfd.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/signal_alarm_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Alarms that break one promise each, and the checks that must see it.
namespace handoff::conformance {
namespace {

enum class Fault {
  none,
  goes_off_early,
  goes_off_twice,
  misses_what_has_passed,
  cannot_be_cancelled,
  keeps_what_had_gone_off,
  keeps_its_first_time,
  gives_up_early,
  waits_too_long,  ///< without end, whatever the deadline
  is_ended_by_signals,
  spins,
  calls_too_often,
};

/// By more than a crowded machine is late.
constexpr auto too_early = std::chrono::milliseconds(10);

using signal::Timerfd;

/// Right but for its fault.
template <Fault fault>
class Faulty : public Timerfd {
 public:
  using Timerfd::Timerfd;

  class Handle {
   public:
    explicit Handle(Timerfd::Handle right) : right_(std::move(right)) {}

    void set(Deadline due) {
      if (fault == Fault::goes_off_early && due != never && due != at_once) {
        due -= too_early;
      }
      if (fault == Fault::misses_what_has_passed && due < Clock::now()) return;
      if (fault == Fault::keeps_its_first_time && std::exchange(is_set_, true)) return;
      if (fault == Fault::calls_too_often) (void)getppid();
      has_gone_off_ = false;
      right_.set(due);
    }
    void cancel() {
      if (fault == Fault::cannot_be_cancelled) return;
      if (fault == Fault::keeps_what_had_gone_off) has_gone_off_ = right_.wait(at_once);
      is_set_ = false;
      right_.cancel();
    }
    bool wait(Deadline deadline = never) {
      if (std::exchange(has_gone_off_, false)) return true;
      const bool timed = deadline != never && deadline != at_once;
      if (fault == Fault::gives_up_early && timed) deadline -= too_early;
      if (fault == Fault::waits_too_long && timed) deadline = never;
      const bool gone_off = fault == Fault::is_ended_by_signals ? sleep(deadline)
                            : fault == Fault::spins             ? wait_awake(deadline)
                                                                : right_.wait(deadline);
      if (gone_off) is_set_ = false;
      has_gone_off_ = gone_off && fault == Fault::goes_off_twice;
      return gone_off;
    }

   private:
    /// In pieces; a signal ends one.
    bool sleep(Deadline deadline) {
      while (deadline != at_once && (deadline == never || Clock::now() < deadline)) {
        if (right_.wait(at_once)) return true;
        if (usleep(1000) == -1) break;
      }
      return right_.wait(at_once);
    }
    bool wait_awake(Deadline deadline) {
      for (;;) {
        if (right_.wait(at_once)) return true;
        if (deadline != never && Clock::now() >= deadline) return false;
      }
    }

    Timerfd::Handle right_;
    bool is_set_ = false;
    bool has_gone_off_ = false;
  };

  Handle handle(unsigned worker) { return Handle(Timerfd::handle(worker)); }
};

/// All workers have the same one.
class OneForAll {
 public:
  static constexpr const Info& info = Timerfd::info;
  explicit OneForAll(SignalShape) {}

  class Handle {
   public:
    explicit Handle(signal::TimerDescriptor& timer) : timer_(&timer) {}
    void set(Deadline due) { timer_->arm(due); }
    void cancel() { timer_->disarm(); }
    bool wait(Deadline deadline = never) { return timer_->take(deadline); }

   private:
    signal::TimerDescriptor* timer_;
  };

  Handle handle(unsigned) { return Handle(timer_); }

 private:
  signal::TimerDescriptor timer_;
};

template <class A>
struct Row {
  using type = A;
};

class ABrokenAlarm : public AmongPeers {};

template <Fault fault>
const AlarmRow& faulty() {
  return signal_row<Row<Faulty<fault>>>();
}

TEST_P(ABrokenAlarm, that_is_not_broken_passes) {
  for (CheckOf<AlarmRow> check :
       {goes_off_once_after_its_time, a_time_that_has_passed_is_due_at_once,
        a_wait_fails_after_its_time_and_not_before, a_cancelled_alarm_does_not_go_off,
        another_time_replaces_the_one_before, each_worker_has_its_own, a_wait_goes_on_after_signals,
        who_sleeps_costs_no_processor_time}) {
    EXPECT_NO_THROW(check(faulty<Fault::none>(), GetParam()));
  }
}

TEST_P(ABrokenAlarm, that_goes_off_early_or_twice_is_rejected) {
  expect_rejected(faulty<Fault::goes_off_early>(), goes_off_once_after_its_time);
  expect_rejected(faulty<Fault::goes_off_twice>(), goes_off_once_after_its_time);
}

TEST_P(ABrokenAlarm, that_misses_what_has_passed_is_rejected) {
  expect_hang(faulty<Fault::misses_what_has_passed>(), a_time_that_has_passed_is_due_at_once);
}

TEST_P(ABrokenAlarm, that_goes_off_when_cancelled_is_rejected) {
  expect_rejected(faulty<Fault::cannot_be_cancelled>(), a_cancelled_alarm_does_not_go_off);
  expect_rejected(faulty<Fault::keeps_what_had_gone_off>(), a_cancelled_alarm_does_not_go_off);
}

TEST_P(ABrokenAlarm, that_keeps_its_first_time_is_rejected) {
  expect_rejected(faulty<Fault::keeps_its_first_time>(), another_time_replaces_the_one_before);
}

TEST_P(ABrokenAlarm, that_is_one_for_all_is_rejected) {
  expect_hang(signal_row<Row<OneForAll>>(), each_worker_has_its_own);
}

TEST_P(ABrokenAlarm, that_gives_up_early_or_never_is_rejected) {
  expect_rejected(faulty<Fault::gives_up_early>(), a_wait_fails_after_its_time_and_not_before);
  expect_hang(faulty<Fault::waits_too_long>(), a_wait_fails_after_its_time_and_not_before);
}

TEST_P(ABrokenAlarm, that_is_ended_by_signals_is_rejected) {
  expect_rejected(faulty<Fault::is_ended_by_signals>(), a_wait_goes_on_after_signals);
}

TEST_P(ABrokenAlarm, that_spins_where_it_claims_to_sleep_is_rejected) {
  expect_rejected(faulty<Fault::spins>(), who_sleeps_costs_no_processor_time);
}

TEST_P(ABrokenAlarm, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  EXPECT_NO_THROW(makes_the_system_calls_that_it_claims(faulty<Fault::none>(), GetParam()));
  expect_rejected(faulty<Fault::calls_too_often>(), makes_the_system_calls_that_it_claims);
}

INSTANTIATE_TEST_SUITE_P(among, ABrokenAlarm, threads_and_processes(), name_of_peers);

}  // namespace
}  // namespace handoff::conformance
