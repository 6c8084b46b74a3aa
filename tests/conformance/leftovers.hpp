#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "impl/common/status.hpp"

/// What an object may leave behind. Where the system lets them, tests that look have folders of
/// their own for that, in which others make nothing.
namespace handoff::conformance {

/// Of this process.
std::size_t open_descriptors();

/// What has a name or a number in the system that outlives processes.
std::set<std::string> names_in_the_system();

/// What other users may open, or might have as long as it had its name: of what this process has
/// open or mapped, of the addresses at which it listens, unless nobody can guess them, and of what
/// System V has.
std::set<std::string> names_open_to_others();

/// Raises when names that were not there `before` are still there after `patience`.
void require_no_new_names(const std::set<std::string>& before, Clock::duration patience);

}  // namespace handoff::conformance
