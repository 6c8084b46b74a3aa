#pragma once

#include <string>

#include "tests/conformance/process_row.hpp"

/// Starts that fail, and many that do not.
namespace handoff::conformance {

/// Why a process cannot be left without descriptors here; empty where it can.
std::string why_no_descriptor_limit();

void a_start_without_descriptors_left_raises_and_leaves_nothing(const ProcessRow& row, Peers peers);
void a_start_without_descriptors_left_raises_and_leaves_nothing(const ProcessRow& row,
                                                                Clock::duration patience);
void a_start_without_processes_left_raises_and_leaves_nothing(const ProcessRow& row, Peers peers);
void many_workers_one_after_the_other_leak_nothing(const ProcessRow& row, Peers peers);
void it_makes_as_many_system_calls_as_it_claims(const ProcessRow& row, Peers peers);

}  // namespace handoff::conformance
