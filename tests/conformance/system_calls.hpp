#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace handoff::conformance {

/// Why system calls cannot be counted here; empty where they can.
std::string why_no_counting();

/// How many system calls `work` makes between its two calls of `mark`: those of its process, which
/// is forked for it, with all threads and processes that it starts. Counted by ptrace(2), outside
/// of any measured run. Raises when the work throws.
std::uint64_t count_system_calls(
    const std::function<void(const std::function<void()>& mark)>& work);

/// Raises unless a message takes as many system calls as claimed: to a twentieth of a call, or
/// within a factor of two where the claim is no whole number, since it then depends on how many are
/// under way. `make_messages()` makes the ends; what it returns sends and receives `n` messages.
void require_system_calls(double claimed,
                          const std::function<std::function<void(unsigned n)>()>& make_messages);

/// From here on the kernel answers that call of the calling thread by `action`, of seccomp(2).
void answer_call(long number, std::uint32_t action);

}  // namespace handoff::conformance
