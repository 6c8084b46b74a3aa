#pragma once

#include "tests/conformance/process_row.hpp"

/// Descriptors and output.
namespace handoff::conformance {

void workers_have_no_descriptors_of_their_siblings(const ProcessRow& row, Peers peers);
void only_what_is_passed_on_reaches_another_program(const ProcessRow& row, Peers peers);
void all_its_descriptors_are_closed_on_exec(const ProcessRow& row, Peers peers);
void what_was_printed_before_appears_once(const ProcessRow& row, Peers peers);
void an_exception_is_told_whole_and_gives_exit_code_1(const ProcessRow& row, Peers peers);

}  // namespace handoff::conformance
