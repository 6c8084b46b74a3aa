#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "harness/worker.hpp"
#include "impl/common/status.hpp"
#include "tests/conformance/play.hpp"

/// How objects and their users begin and end.
namespace handoff::conformance {

/// Raises when ten thousand cycles of building, using and dropping leave memory, a descriptor, a
/// mapping or a name. Where they take longer than `longest`, as many as that allows, and no fewer
/// than five hundred (under a sanitizer, a hundred).
void require_cycles_leave_nothing(const std::function<void()>& cycle,
                                  Clock::duration longest = usual_watchdog);

/// Raises when this process has something mapped that has a name in shared memory.
void require_no_name_mapped();

/// Raises when `use`, which kills itself in the middle, leaves a name. `patience`: for names of
/// others to go.
void require_a_killed_user_leaves_no_name(const std::function<void()>& use,
                                          Clock::duration patience);

/// For names of others, a compiler's say, to go away.
inline constexpr auto usual_names_patience = std::chrono::seconds(60);

/// Raises when there is something that others could open and that was not there `before`.
void require_nothing_open_to_others(const std::set<std::string>& before);

/// How long those may take whom nothing holds up.
inline constexpr Clock::duration usual_patience = usual_watchdog / 4;

/// Does `work` in a process of its own.
std::unique_ptr<harness::Team> start_process(const std::function<void()>& work);

/// Does `work` in a process of its own; it kills itself there.
void be_killed_in(const std::function<void()>& work);

/// Starts a process, and returns once it waits in `wait`.
std::unique_ptr<harness::Team> start_waiter(const std::function<void()>& wait);

/// Raises unless it ended so.
void require_fate(const harness::Team& survivor, harness::Fate::Kind due);

/// Raises unless all ends well within `patience`; or hangs, where that is claimed.
void require_end(harness::Team& survivor, bool hangs, Clock::duration patience);

}  // namespace handoff::conformance
