#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>

#include "impl/common/status.hpp"

/// Memory that a process has touched, so that its page tables are of a known size.
namespace handoff::bench {

struct MemoryToTouch {
  const char* name;
  std::size_t bytes;
  bool has_huge_pages;

  /// Whether this system gives such pages to who asks for them.
  bool is_possible() const {
    if (!has_huge_pages) return true;
    std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
    std::string choice;
    return std::getline(file, choice) && choice.find("[never]") == std::string::npos;
  }
};

inline constexpr std::size_t mebibyte = std::size_t{1} << 20;
inline constexpr std::array memories_to_touch = {
    MemoryToTouch{"resident_0", 0, false},
    MemoryToTouch{"resident_256mib", 256 * mebibyte, false},
    MemoryToTouch{"resident_1gib", 1024 * mebibyte, false},
    MemoryToTouch{"resident_1gib_huge", 1024 * mebibyte, true},
};

/// Of this process, in pages of 4 KiB or huge ones, whatever the system prefers.
class TouchedMemory {
 public:
  explicit TouchedMemory(const MemoryToTouch& what) : bytes_(what.bytes) {
    if (bytes_ == 0) return;
    data_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) throw_errno("mmap of " + std::to_string(bytes_) + " B");
    int advice = what.has_huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
    if (::madvise(data_, bytes_, advice) == -1) throw_errno("madvise");
    constexpr std::size_t page = 4096;
    for (std::size_t at = 0; at < bytes_; at += page) static_cast<char*>(data_)[at] = 1;
    if (what.has_huge_pages) require_huge_pages();
  }
  ~TouchedMemory() {
    if (bytes_ != 0) ::munmap(data_, bytes_);
  }
  TouchedMemory(const TouchedMemory&) = delete;
  TouchedMemory& operator=(const TouchedMemory&) = delete;

 private:
  void require_huge_pages() const {
    constexpr std::size_t most = 9;  // tenths: the ends may not be aligned
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string line; std::getline(file, line);) {
      if (!line.starts_with("AnonHugePages:")) continue;
      std::size_t bytes = std::stoul(line.substr(line.find(':') + 1)) * 1024;
      if (bytes >= bytes_ / 10 * most) return;
      throw std::runtime_error("huge pages: only " + std::to_string(bytes) + " B of " +
                               std::to_string(bytes_));
    }
    throw std::runtime_error("huge pages: the kernel does not say how much memory is in them");
  }

  std::size_t bytes_;
  void* data_ = nullptr;
};

}  // namespace handoff::bench
