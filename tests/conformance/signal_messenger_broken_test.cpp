#include <gtest/gtest.h>

#include "impl/signal/kill_handler.hpp"
#include "impl/signal/kill_sigwait.hpp"
#include "impl/signal/pidfd_send_signal.hpp"
#include "impl/signal/sigqueue.hpp"
#include "impl/signal/tgkill.hpp"
#include "tests/conformance/rejection.hpp"
#include "tests/conformance/signal_messenger_checks.hpp"
#include "tests/conformance/signal_messenger_faulty.hpp"
#include "tests/conformance/system_calls.hpp"

/// The checks that must see what is broken in a messenger.
namespace handoff::conformance {
namespace {

using signal::KillHandler;
using signal::KillSigwait;
using signal::PidfdSendSignal;
using signal::Sigqueue;
using signal::Tgkill;
using Fault = MessengerFault;

template <class M>
struct Row {
  using type = M;
};

template <class Right, Fault fault>
const MessengerRow& faulty() {
  return signal_row<Row<FaultyMessenger<Right, fault>>>();
}

template <class Right>
void expect_passes() {
  const auto& row = faulty<Right, Fault::none>();
  for (CheckOf<MessengerRow> check :
       {what_nobody_has_taken_yet_is_kept_or_is_as_one, a_wait_takes_what_was_sent_and_no_more,
        a_wait_fails_after_its_time_and_not_before,
        hand_overs_lose_no_signal_and_show_what_was_done, a_wait_goes_on_after_signals,
        who_sleeps_costs_no_processor_time, values_and_receivers_out_of_range_raise,
        a_second_handle_of_a_process_raises, works_through_two_mappings_at_different_addresses,
        a_send_to_a_dead_worker_says_so}) {
    EXPECT_NO_THROW(check(row, Peers::processes));
  }
}

TEST(ABrokenMessenger, that_is_not_broken_passes) {
  expect_passes<Sigqueue>();
  expect_passes<KillHandler>();
  const auto& queues = faulty<Sigqueue, Fault::none>();
  EXPECT_NO_THROW(queued_signals_arrive_once_and_in_order(queues, Peers::processes));
  EXPECT_NO_THROW(those_of_many_senders_arrive(queues, Peers::processes));
  EXPECT_NO_THROW(a_full_queue_refuses_and_loses_nothing(queues, Peers::processes));
  const auto& interrupts = faulty<KillHandler, Fault::none>();
  EXPECT_NO_THROW(an_arrival_interrupts_and_its_effect_is_seen(interrupts, Peers::processes));
  EXPECT_NO_THROW(a_call_goes_on_after_an_arrival(interrupts, Peers::processes));
}

TEST(ABrokenMessenger, that_loses_doubles_swaps_or_changes_some_is_rejected) {
  expect_rejected(faulty<Sigqueue, Fault::loses_some>(), queued_signals_arrive_once_and_in_order);
  expect_rejected(faulty<Sigqueue, Fault::doubles_some>(), queued_signals_arrive_once_and_in_order);
  expect_rejected(faulty<Sigqueue, Fault::changes_values>(),
                  queued_signals_arrive_once_and_in_order);
  expect_rejected(faulty<Sigqueue, Fault::swaps_some>(), queued_signals_arrive_once_and_in_order);
  expect_rejected(faulty<Sigqueue, Fault::swaps_some>(), those_of_many_senders_arrive);
  expect_rejected(faulty<Sigqueue, Fault::doubles_some>(), those_of_many_senders_arrive);
  expect_rejected(faulty<Sigqueue, Fault::doubles_some>(), a_wait_takes_what_was_sent_and_no_more);
  expect_hang(faulty<KillHandler, Fault::loses_some>(),
              hand_overs_lose_no_signal_and_show_what_was_done);
  expect_rejected(faulty<Sigqueue, Fault::doubles_some>(),
                  hand_overs_lose_no_signal_and_show_what_was_done);
}

TEST(ABrokenMessenger, that_claims_wrongly_whether_it_queues_is_rejected) {
  const CheckOf<MessengerRow> check = what_nobody_has_taken_yet_is_kept_or_is_as_one;
  expect_rejected(faulty<Sigqueue, Fault::claims_not_to_queue>(), check);
  expect_hang(faulty<KillSigwait, Fault::claims_to_queue>(), check);
  expect_hang(faulty<KillHandler, Fault::claims_to_queue>(), check);
}

TEST(ABrokenMessenger, that_invents_one_is_rejected) {
  expect_rejected(faulty<KillSigwait, Fault::invents_one>(),
                  a_wait_takes_what_was_sent_and_no_more);
  expect_rejected(faulty<KillHandler, Fault::invents_one>(),
                  a_wait_takes_what_was_sent_and_no_more);
}

TEST(ABrokenMessenger, that_gives_up_early_or_never_is_rejected) {
  const CheckOf<MessengerRow> check = a_wait_fails_after_its_time_and_not_before;
  expect_rejected(faulty<Sigqueue, Fault::gives_up_early>(), check);
  expect_hang(faulty<Sigqueue, Fault::waits_too_long>(), check);
}

TEST(ABrokenMessenger, that_does_not_interrupt_is_rejected) {
  const CheckOf<MessengerRow> check = an_arrival_interrupts_and_its_effect_is_seen;
  expect_hang(faulty<KillHandler, Fault::handles_in_waits_only>(), check);
  expect_hang(faulty<KillHandler, Fault::calls_no_function>(), check);
  expect_rejected(faulty<KillHandler, Fault::takes_two_functions>(), check);
}

TEST(ABrokenMessenger, that_ends_calls_or_is_ended_by_signals_is_rejected) {
  expect_rejected(faulty<KillHandler, Fault::ends_what_it_interrupts>(),
                  a_call_goes_on_after_an_arrival);
  expect_rejected(faulty<Sigqueue, Fault::is_ended_by_signals>(), a_wait_goes_on_after_signals);
}

TEST(ABrokenMessenger, that_says_nothing_of_a_full_queue_is_rejected) {
  const CheckOf<MessengerRow> check = a_full_queue_refuses_and_loses_nothing;
  expect_rejected(faulty<Sigqueue, Fault::says_nothing_when_full>(), check);
  expect_rejected(faulty<Sigqueue, Fault::names_another_limit>(), check);
}

TEST(ABrokenMessenger, that_spins_where_it_claims_to_sleep_is_rejected) {
  expect_rejected(faulty<Sigqueue, Fault::spins>(), who_sleeps_costs_no_processor_time);
}

TEST(ABrokenMessenger, that_takes_any_value_or_receiver_is_rejected) {
  const CheckOf<MessengerRow> check = values_and_receivers_out_of_range_raise;
  expect_rejected(faulty<KillSigwait, Fault::takes_any_value>(), check);
  expect_rejected(faulty<Sigqueue, Fault::takes_any_receiver>(), check);
}

TEST(ABrokenMessenger, that_lets_a_process_have_two_handles_is_rejected) {
  expect_rejected(faulty<Tgkill, Fault::claims_the_process>(), a_second_handle_of_a_process_raises);
}

TEST(ABrokenMessenger, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  const CheckOf<MessengerRow> check = makes_the_system_calls_that_it_claims;
  EXPECT_NO_THROW(check(faulty<Sigqueue, Fault::none>(), Peers::processes));
  expect_rejected(faulty<Sigqueue, Fault::calls_too_often>(), check);
}

/// It is right only where it was built.
class PointsToItself : public KillSigwait {
 public:
  using KillSigwait::KillSigwait;
  Handle handle(unsigned worker) { return self_->KillSigwait::handle(worker); }

 private:
  KillSigwait* self_ = this;
};

TEST(ABrokenMessenger, that_points_to_itself_is_rejected) {
  expect_rejected(signal_row<Row<PointsToItself>>(),
                  works_through_two_mappings_at_different_addresses);
}

TEST(ABrokenMessenger, that_claims_to_tell_of_deaths_is_rejected) {
  EXPECT_NO_THROW(a_waiter_for_a_killed_sender_sees_what_is_claimed(faulty<Sigqueue, Fault::none>(),
                                                                    std::chrono::seconds(20)));
  expect_rejected(faulty<Sigqueue, Fault::claims_to_tell_of_deaths>(),
                  a_waiter_for_a_killed_sender_sees_what_is_claimed, little_patience);
}

TEST(ABrokenMessenger, that_sends_to_the_dead_is_rejected) {
  expect_rejected(faulty<Sigqueue, Fault::sends_to_the_dead>(), a_send_to_a_dead_worker_says_so);
}

TEST(ABrokenMessenger, that_claims_wrongly_whether_it_knows_its_peer_is_rejected) {
  if (!why_no_chosen_number().empty()) GTEST_SKIP() << why_no_chosen_number();
  const CheckOf<MessengerRow> check = who_has_a_dead_workers_number_is_sent_to_only_where_claimed;
  EXPECT_NO_THROW(check(faulty<Sigqueue, Fault::none>(), Peers::processes));
  EXPECT_NO_THROW(check(faulty<PidfdSendSignal, Fault::none>(), Peers::processes));
  expect_rejected(faulty<Sigqueue, Fault::claims_to_know_its_peer>(), check);
  expect_rejected(faulty<PidfdSendSignal, Fault::claims_not_to_know_its_peer>(), check);
}

}  // namespace
}  // namespace handoff::conformance
