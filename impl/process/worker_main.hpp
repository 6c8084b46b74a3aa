#pragma once

#include <unistd.h>

#include <cstdlib>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "daemon.hpp"
#include "record.hpp"

namespace handoff {
namespace detail {

inline constexpr const char* worker_flag = "--handoff-worker";

/// Where a program that is executed as a worker finds what it is given: after the standard
/// descriptors its record, the one that tells of its parent's end, and those of its options.
inline constexpr int record_descriptor = 3;
inline constexpr int parent_descriptor = 4;
inline constexpr int first_own_descriptor = 5;

inline bool& main_calls_worker_main() {
  static bool called = false;
  return called;
}

/// Else the executed program would do main's own work, and start workers of its own, without end.
inline void require_worker_main(std::string_view way) {
  if (main_calls_worker_main()) return;
  throw std::logic_error(std::string(way) + ": main() has to call handoff::worker_main() first");
}

inline int run_recorded_worker() {
  const Record& record = read_record(record_descriptor);
  ::close(record_descriptor);
  ::pthread_sigmask(SIG_SETMASK, &record.blocked, nullptr);
  if (record.daemon) end_with_parent(record.parent);
  std::vector<int> descriptors(record.descriptors);
  std::iota(descriptors.begin(), descriptors.end(), first_own_descriptor);
  return exit_code_of(
      job_in(record),
      {.name = record.name.data(), .descriptors = descriptors, .parent = parent_descriptor});
}

}  // namespace detail

/// What a program calls first in main() that starts workers by executing itself, as Python's
/// multiprocessing asks for `if __name__ == "__main__"`:
///
///     if (auto code = handoff::worker_main(argc, argv)) return *code;
///
/// In such a worker it runs the task and returns the exit code; else it returns nothing.
inline std::optional<int> worker_main(int argc, char** argv) {
  detail::main_calls_worker_main() = true;
  if (argc != 2 || std::string_view(argv[1]) != detail::worker_flag) return std::nullopt;
  try {
    return detail::run_recorded_worker();
  } catch (const std::exception& error) {
    detail::write_whole(STDERR_FILENO, std::string(argv[0]) + ": " + error.what() + "\n");
    return EXIT_FAILURE;
  }
}

}  // namespace handoff
