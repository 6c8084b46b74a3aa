#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace handoff::bench {

/// Our own flags; all others are Google Benchmark's.
struct Options {
  bool list = false;
  bool names = false;
  bool help = false;
  std::uint64_t seed = 0;
  unsigned launch = 0;
  double slice_ms = 50;
  std::string histograms;                      ///< file; empty: none
  std::optional<std::set<std::string>> cases;  ///< only these
};

/// Takes our flags out of `arguments`. Raises std::invalid_argument naming the flag that is not
/// understood.
Options take_options(std::vector<std::string>& arguments);

extern const char* const options_help;

}  // namespace handoff::bench
