#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "impl/common/status.hpp"

/// What an object may leave behind.
namespace handoff::conformance {

/// Of this process.
std::size_t open_descriptors();

/// What has a name or a number in the system that outlives processes.
std::set<std::string> names_in_the_system();

/// Raises when names that were not there `before` are still there after `patience`.
void require_no_new_names(const std::set<std::string>& before, Clock::duration patience);

}  // namespace handoff::conformance
