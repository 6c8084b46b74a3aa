#include "harness/memory.hpp"

#include <fstream>
#include <string>

namespace handoff::harness {

std::int64_t resident_bytes(pid_t process) {
  constexpr std::int64_t kibibyte = 1024;
  std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
  std::string word;
  while (rollup >> word) {
    std::int64_t kibibytes = 0;
    if (word == "Pss:" && rollup >> kibibytes) return kibibytes * kibibyte;
  }
  return 0;
}

}  // namespace handoff::harness
