#include <sys/resource.h>

#include "tests/conformance/pipe.hpp"
#include "tests/conformance/pipe_call_checks.hpp"
#include "tests/conformance/pipe_checks.hpp"
#include "tests/conformance/pipe_death_checks.hpp"
#include "tests/conformance/pipe_ends.hpp"
#include "tests/conformance/pipe_life_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"
#include "tests/conformance/workers.hpp"

namespace handoff::conformance {
namespace {

std::string without_a_limit(const PipeRow& row, Peers) {
  return row.info.largest_message() == unlimited ? "states no limit" : "";
}

std::string allowed_few_descriptors(const PipeRow&, Peers) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t needed = 1200;
  if (limit.rlim_cur >= needed) return "";
  return "only " + std::to_string(limit.rlim_cur) + " descriptors allowed";
}

std::string not_told_of_a_death(const PipeRow& row, Peers peers) {
  if (peers == Peers::threads) return "threads die together";
  return row.info.on_peer_death == Survivor::hangs ? "says that it hangs" : "";
}

std::string told_of_a_death(const PipeRow& row, Peers peers) {
  if (peers == Peers::threads) return "threads die together";
  return row.info.on_peer_death == Survivor::told ? "says that it tells" : "";
}

bool has_descriptor(const PipeRow& row) {
  // Elsewhere: a library may work in no child of a process that has used it.
  InSharedMemory<bool> has_one(false);
  run_alone([&] {
    PipeOnHeap pipe(row, {});
    *has_one = pipe.end(0)->descriptor() != -1;
  });
  return *has_one;
}

std::string has_no_descriptor(const PipeRow& row, Peers) {
  return has_descriptor(row) ? "" : "has no descriptor";
}

std::string not_in_memory_alone(const PipeRow& row, Peers) {
  if (!reaches(row.info, Peers::processes)) return "for threads only";
  return has_descriptor(row) ? "has descriptors" : "";
}

std::string as_among_threads(const PipeRow& row, Peers peers) {
  bool repeats = peers == Peers::processes && reaches(row.info, Peers::threads);
  return repeats ? "one worker builds it and takes both ends, as among threads" : "";
}

std::string cannot_be_counted(const PipeRow&, Peers) { return why_no_counting(); }

constexpr Check<PipeRow> checks[] = {
    {CHECK_NAMED(keeps_message_boundaries_the_empty_message_included)},
    {CHECK_NAMED(carries_messages_from_nothing_to_16_mebibytes)},
    {CHECK_NAMED(keeps_the_order_of_many_messages)},
    {CHECK_NAMED(carries_messages_in_both_directions)},
    {CHECK_NAMED(both_directions_carry_messages_at_once)},
    {CHECK_NAMED(short_buffer_names_the_needed_size_and_loses_nothing)},
    {CHECK_NAMED(messages_up_to_the_stated_limit_pass_and_longer_ones_raise), without_a_limit},
    {CHECK_NAMED(a_message_may_be_overwritten_once_it_is_sent)},
    {CHECK_NAMED(one_way_ends_refuse_the_wrong_direction)},
    {CHECK_NAMED(ends_that_no_pipe_has_raise)},
    {CHECK_NAMED(a_hundred_pipes_live_side_by_side)},
    {CHECK_NAMED(end_of_file_comes_after_the_queued_messages_and_not_before)},
    {CHECK_NAMED(queued_messages_outlive_a_writer_that_leaves_messages_unread)},
    {CHECK_NAMED(queued_messages_outlive_a_send_that_is_refused)},
    {CHECK_NAMED(sending_to_a_reader_that_has_gone_says_so_without_a_signal)},
    {CHECK_NAMED(poll_waits_not_at_all_for_a_time_and_for_ever)},
    {CHECK_NAMED(transfers_go_on_after_interrupted_system_calls)},
    {CHECK_NAMED(descriptors_above_1024_work), allowed_few_descriptors},
    {CHECK_NAMED(a_writer_killed_in_mid_message_is_told_within_a_second), not_told_of_a_death},
    {CHECK_NAMED(an_idle_writer_killed_is_told_within_a_second), not_told_of_a_death},
    {CHECK_NAMED(a_reader_killed_ends_a_send_within_a_second), not_told_of_a_death},
    {CHECK_NAMED(a_reader_waits_on_when_its_writer_is_killed), told_of_a_death},
    {CHECK_NAMED(what_a_killed_writer_leaves_is_never_taken_for_whole), told_of_a_death},
    {CHECK_NAMED(several_pipes_and_a_sentinel_are_waited_for_at_once), has_no_descriptor},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(ten_thousand_pipes_leave_nothing), as_among_threads},
    {CHECK_NAMED(nobody_else_can_open_it), as_among_threads},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), not_in_memory_alone},
};

}  // namespace

bool add_pipe_tests(const char* name, const PipeRow& row) {
  add_tests<PipeRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
