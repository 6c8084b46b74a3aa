#include "tests/conformance/file.hpp"
#include "tests/conformance/file_call_checks.hpp"
#include "tests/conformance/file_checks.hpp"
#include "tests/conformance/suite.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

std::string among_threads(const FileRow&, Peers peers) {
  return peers == Peers::threads ? "threads die together" : "";
}

std::string for_threads_only(const FileRow& row, Peers) {
  return row.info.reach == Reach::threads ? "for threads only" : "";
}

std::string cannot_be_counted(const FileRow&, Peers) { return why_no_counting(); }

constexpr Check<FileRow> checks[] = {
    {CHECK_NAMED(every_record_is_there_once_and_whole)},
    {CHECK_NAMED(records_of_any_length_come_back)},
    {CHECK_NAMED(a_record_over_the_limit_raises)},
    {CHECK_NAMED(an_incomplete_record_is_told_and_harms_no_other)},
    {CHECK_NAMED(a_killed_writer_leaves_at_most_its_last_record_incomplete), among_threads},
    {CHECK_NAMED(a_survivor_sees_what_is_claimed), among_threads},
    {CHECK_NAMED(makes_the_system_calls_that_it_claims), cannot_be_counted},
    {CHECK_NAMED(works_through_two_mappings_at_different_addresses), for_threads_only},
    {CHECK_NAMED(ten_thousand_files_leave_nothing)},
    {CHECK_NAMED(nobody_else_can_open_it)},
    {CHECK_NAMED(shapes_and_workers_out_of_range_raise)},
    {CHECK_NAMED(a_killed_user_leaves_no_name)},
};

}  // namespace

bool add_file_tests(const char* name, const FileRow& row) {
  add_tests<FileRow>(name, row, checks, __FILE__, __LINE__);
  return true;
}

}  // namespace handoff::conformance
