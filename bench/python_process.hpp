#pragma once

#include <string>
#include <vector>

#include "impl/common/status.hpp"

namespace handoff::bench {

/// Runs bench/python/run.py and returns what it printed. It ends with this process, and with all
/// that it started when it has not ended by the deadline. Raises, with the last line of what it
/// said, when it fails or hangs.
std::string run_python(const std::vector<std::string>& arguments, Deadline deadline);

/// The version of the interpreter, as "3.11.2"; empty where there is none.
const std::string& python_version();

}  // namespace handoff::bench
