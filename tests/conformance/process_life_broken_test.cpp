#include "impl/process/clone3.hpp"
#include "impl/process/fork_server.hpp"
#include "tests/conformance/process_faulty.hpp"
#include "tests/conformance/process_life_checks.hpp"
#include "tests/conformance/process_limit_checks.hpp"
#include "tests/conformance/process_surroundings_checks.hpp"
#include "tests/conformance/system_calls.hpp"

/// Workers that break a promise of what surrounds and outlives them, and the checks that must see
/// it.
namespace handoff::conformance {
namespace {

TEST(AWorkerBrokenInItsLife, that_lets_daemons_live_on_is_rejected) {
  expect_rejected_soon<Fault::lets_daemons_live_on>(daemons_end_with_their_parent);
  expect_rejected_soon<Fault::lets_daemons_live_on>(a_killed_starter_leaves_nothing);
}

TEST(AWorkerBrokenInItsLife, that_ties_daemons_to_a_thread_is_rejected) {
  expect_rejected<Fault::ties_daemons_to_a_thread>(a_daemon_outlives_the_thread_that_started_it);
}

TEST(AWorkerBrokenInItsLife, that_ties_all_to_their_parent_is_rejected) {
  expect_rejected<Fault::ties_all_to_their_parent>(what_is_no_daemon_outlives_its_parent);
}

TEST(AWorkerBrokenInItsLife, that_tells_nothing_of_its_parent_is_rejected) {
  expect_rejected_soon<Fault::tells_nothing_of_its_parent>(a_worker_learns_of_its_parents_death);
}

TEST(AWorkerBrokenInItsLife, that_starts_no_worker_of_its_own_is_rejected) {
  numbered_process_rows().push_back(&faulty<Fault::none>());
  numbered_process_rows().push_back(&faulty<Fault::starts_only_in_the_first_process>());
  expect_rejected<Fault::starts_only_in_the_first_process>(workers_start_workers);
}

TEST(AWorkerBrokenInItsLife, that_any_process_may_use_is_rejected) {
  expect_rejected<Fault::lets_any_process_use_it>(a_handle_is_its_process_s_own);
}

TEST(AWorkerBrokenInItsLife, that_gives_up_without_its_server_is_rejected) {
  static constexpr ProcessRow right = process_row_of<Faulty<Fault::none, ForkServerWorker>>();
  static constexpr ProcessRow wrong =
      process_row_of<Faulty<Fault::gives_up_without_its_server, ForkServerWorker>>();
  ASSERT_NO_THROW(a_killed_server_is_started_again(right, Peers::processes));
  EXPECT_THROW(a_killed_server_is_started_again(wrong, Peers::processes), std::runtime_error);
}

TEST(AWorkerBrokenInItsLife, that_starts_beside_other_threads_is_rejected) {
  if (auto reason = Clone3Worker::info.unavailable(); !reason.empty()) GTEST_SKIP() << reason;
  static constexpr ProcessRow right = process_row_of<Clone3Worker>();
  ASSERT_NO_THROW(other_threads_are_refused(right, Peers::processes));
  EXPECT_THROW(other_threads_are_refused(faulty<Fault::none>(), Peers::processes),
               std::runtime_error);
}

TEST(AWorkerBrokenInItsLife, that_leaves_a_zombie_is_rejected) {
  expect_rejected_soon<Fault::leaves_a_zombie>(workers_that_nobody_joins_leave_no_zombie);
}

TEST(AWorkerBrokenInItsLife, that_leaves_a_name_is_rejected) {
  expect_rejected_soon<Fault::leaves_a_name>(a_killed_starter_leaves_nothing);
  EXPECT_EQ(::shm_unlink(name_of_worker_to_leave.c_str()), 0);
}

TEST(AWorkerBrokenInItsLife, that_is_left_when_it_cannot_be_watched_is_rejected) {
  if (auto reason = why_no_descriptor_limit(); !reason.empty()) GTEST_SKIP() << reason;
  expect_rejected_soon<Fault::leaves_a_worker_that_cannot_be_watched>(
      a_start_without_descriptors_left_raises_and_leaves_nothing);
}

TEST(AWorkerBrokenInItsLife, that_leaks_descriptors_is_rejected) {
  expect_rejected<Fault::leaks_a_descriptor>(many_workers_one_after_the_other_leak_nothing);
  expect_rejected<Fault::leaks_a_descriptor>(
      a_start_without_processes_left_raises_and_leaves_nothing);
}

TEST(AWorkerBrokenInItsLife, that_leaks_memory_is_rejected) {
  expect_rejected<Fault::leaks_memory>(many_workers_one_after_the_other_leak_nothing);
}

TEST(AWorkerBrokenInItsLife, that_keeps_its_siblings_descriptors_is_rejected) {
  expect_rejected<Fault::keeps_its_siblings_descriptors>(
      workers_have_no_descriptors_of_their_siblings);
}

TEST(AWorkerBrokenInItsLife, that_keeps_a_descriptor_open_on_exec_is_rejected) {
  expect_rejected<Fault::keeps_a_descriptor_open_on_exec>(all_its_descriptors_are_closed_on_exec);
}

TEST(AWorkerBrokenInItsLife, that_is_given_no_descriptor_is_rejected) {
  expect_rejected<Fault::takes_any_descriptor>(only_what_is_passed_on_reaches_another_program);
}

TEST(AWorkerBrokenInItsLife, that_prints_twice_is_rejected) {
  expect_rejected<Fault::prints_twice>(what_was_printed_before_appears_once);
}

TEST(AWorkerBrokenInItsLife, that_forgets_what_was_thrown_is_rejected) {
  expect_rejected<Fault::forgets_what_was_thrown>(an_exception_is_told_whole_and_gives_exit_code_1);
}

TEST(AWorkerBrokenInItsLife, that_calls_the_kernel_more_often_than_it_claims_is_rejected) {
  if (!why_no_counting().empty()) GTEST_SKIP() << why_no_counting();
  expect_rejected<Fault::calls_too_often>(it_makes_as_many_system_calls_as_it_claims);
}

}  // namespace
}  // namespace handoff::conformance
