#include "tests/conformance/leftovers.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/conformance/workers.hpp"

namespace handoff::conformance {

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

std::set<std::string> names_in_the_system() {
  std::set<std::string> names;
  const char* temporary = std::getenv("TMPDIR");
  for (std::string folder : {"/dev/shm", "/dev/mqueue", temporary ? temporary : "/tmp"}) {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
      names.insert(entry.path());
    }
  }
  for (std::string kind : {"shm", "sem", "msg"}) {
    std::ifstream list("/proc/sysvipc/" + kind);
    std::string line;
    std::getline(list, line);  // the heading
    for (std::string key, number; list >> key >> number && std::getline(list, line);) {
      names.insert(std::string(kind).append(" ").append(number));
    }
  }
  return names;
}

void require_no_new_names(const std::set<std::string>& before, Clock::duration patience) {
  auto new_ones = [&](const std::set<std::string>& among) {
    std::set<std::string> still;
    for (const std::string& name : names_in_the_system()) {
      if (!before.contains(name) && (among.empty() || among.contains(name))) still.insert(name);
    }
    return still;
  };
  // What others make meanwhile goes away by itself.
  auto left = new_ones({});
  for (Deadline end = after(patience); !left.empty() && Clock::now() < end;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    left = new_ones(left);
  }
  require(left.empty(), "left behind: " + (left.empty() ? "" : *left.begin()));
}

}  // namespace handoff::conformance
