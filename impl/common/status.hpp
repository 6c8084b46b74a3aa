#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace handoff {

/// How an operation ended that may have had to wait.
enum class [[nodiscard]] Status{
    ok,
    would_wait,  ///< a try form, or a deadline that has passed: full, empty, or held by another
    closed,      ///< no more will come, or nobody is left to receive
};

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

/// Wait for as long as it takes.
inline constexpr Deadline never = Deadline::max();
/// Do not wait at all.
inline constexpr Deadline at_once = Deadline::min();

/// Zero and negative durations do not wait.
inline Deadline after(Clock::duration duration) {
  if (duration <= Clock::duration::zero()) return at_once;
  return Clock::now() + duration;
}

/// A failed system call: what was called, on what, and errno's meaning.
[[noreturn]] inline void throw_errno(std::string_view what) {
  throw std::system_error(errno, std::generic_category(), std::string(what));
}

/// A request over a limit of the object.
class LimitError : public std::length_error {
 public:
  LimitError(std::string_view object, std::string_view thing, std::size_t wanted, std::size_t limit,
             std::string_view advice = "")
      : std::length_error(std::string(object)
                              .append(": ")
                              .append(thing)
                              .append(" of " + std::to_string(wanted))
                              .append(" is over the limit of " + std::to_string(limit))
                              .append(advice.empty() ? "" : "; ")
                              .append(advice)) {}
};

}  // namespace handoff
