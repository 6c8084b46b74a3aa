#include "bench/options.hpp"

#include <fstream>
#include <stdexcept>

namespace handoff::bench {
namespace {

constexpr double shortest_slice_ms = 0.1;
constexpr double longest_slice_ms = 10'000;  // the watchdog of a phase is not far above

std::set<std::string> read_names(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::invalid_argument("--handoff_cases: cannot read " + path);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) names.insert(line);
  }
  return names;
}

double number(const std::string& flag, const std::string& text) {
  std::size_t used = 0;
  double value = -1;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
  }
  if (used == 0 || used != text.size() || value < 0) {
    throw std::invalid_argument(flag + ": '" + text + "' is not a number of at least 0");
  }
  return value;
}

double slice(const std::string& flag, double milliseconds) {
  if (milliseconds >= shortest_slice_ms && milliseconds <= longest_slice_ms) return milliseconds;
  throw std::invalid_argument(flag + ": a slice lasts 0.1 ms to 10 s");
}

/// Whether the argument was one of ours, and taken.
bool take(const std::string& argument, Options& options) {
  std::size_t equals = argument.find('=');
  std::string flag = argument.substr(0, equals);
  std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
  if (flag == "--help") {
    options.help = true;
    return false;  // Google Benchmark prints its own flags too
  }
  if (flag == "--benchmark_min_time") {
    constexpr double ms_per_s = 1000;
    options.slice_ms = slice(flag, number(flag, value) * ms_per_s);
  } else if (flag == "--handoff_slice_ms") {
    options.slice_ms = slice(flag, number(flag, value));
  } else if (flag == "--handoff_list") {
    options.list = true;
  } else if (flag == "--handoff_names") {
    options.names = true;
  } else if (flag == "--handoff_seed") {
    options.seed = static_cast<std::uint64_t>(number(flag, value));
  } else if (flag == "--handoff_launch") {
    options.launch = static_cast<unsigned>(number(flag, value));
  } else if (flag == "--handoff_histograms") {
    options.histograms = value;
  } else if (flag == "--handoff_cases") {
    options.cases = read_names(value);
  } else if (flag.rfind("--handoff_", 0) == 0) {
    throw std::invalid_argument("unknown flag " + flag);
  } else {
    return false;
  }
  return true;
}

}  // namespace

const char* const options_help =
    "handoff's own flags:\n"
    "  --handoff_list               facts about each implementation, as JSON, and no measuring\n"
    "  --handoff_names              the names of all cases, and no measuring\n"
    "  --handoff_cases=FILE         only the cases named in the file, one per line\n"
    "  --handoff_slice_ms=X         measured time per case and repetition (50)\n"
    "  --benchmark_min_time=X       the same in seconds\n"
    "  --handoff_seed=N             orders the cases at random\n"
    "  --handoff_launch=N           noted in the results\n"
    "  --handoff_histograms=FILE    all latencies, a JSON line per case\n";

Options take_options(std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> others;
  for (const std::string& argument : arguments) {
    if (!take(argument, options)) others.push_back(argument);
  }
  arguments = others;
  return options;
}

}  // namespace handoff::bench
