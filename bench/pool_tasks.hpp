#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <stdexcept>

#include "harness/clock.hpp"
#include "impl/common/status.hpp"

/// What the measured pools run, and the answers that are due.
namespace handoff::bench {

using TaskNumber = std::uint32_t;

/// An empty task still gets an argument and gives an answer, so that it can be verified.
inline std::uint32_t tiny_task(const TaskNumber& task) { return ~task; }

/// When it started.
inline std::int64_t start_time(const TaskNumber&) { return harness::now_ns(); }

/// Bytes: half of a first-level cache, so that a task takes as long while others use the other
/// half.
inline constexpr std::uint32_t sieve_limit = 16'384;
inline constexpr std::uint32_t sieve_variants = 8;
/// Tasks differ a little, so that an answer to another task is seen.
constexpr std::uint32_t sieve_end(TaskNumber task) {
  return sieve_limit - 64 * (task % sieve_variants);
}

/// CPU-bound: the number of primes below sieve_end(task), by Eratosthenes' sieve.
inline std::uint32_t count_primes(const TaskNumber& task) {
  std::uint32_t end = sieve_end(task);
  std::array<std::uint8_t, sieve_limit> is_composite;
  std::fill_n(is_composite.begin(), end, std::uint8_t{0});
  std::uint32_t primes = 0;
  for (std::uint32_t n = 2; n < end; ++n) {
    if (is_composite[n] != 0) continue;
    ++primes;
    for (std::uint32_t multiple = n * n; multiple < end; multiple += n) {
      is_composite[multiple] = 1;
    }
  }
  return primes;
}

/// The same number by trial division.
inline std::uint32_t due_primes(TaskNumber task) {
  static const auto answers = [] {
    std::array<std::uint32_t, sieve_variants> counts{};
    for (std::uint32_t n = 2; n < sieve_limit; ++n) {
      bool is_prime = true;
      for (std::uint32_t d = 2; is_prime && d * d <= n; ++d) is_prime = n % d != 0;
      if (!is_prime) continue;
      for (std::uint32_t i = 0; i < sieve_variants; ++i) counts[i] += n < sieve_end(i) ? 1 : 0;
    }
    return counts;
  }();
  return answers[task % sieve_variants];
}

/// A nameless file of the thread that uses it, in the folder for temporary files.
class ScratchFile {
 public:
  ScratchFile() {
    std::filesystem::path folder = std::filesystem::temp_directory_path();
    descriptor_ = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor_ == -1) throw_errno("open with O_TMPFILE in " + folder.string());
  }
  ~ScratchFile() { close(descriptor_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// IO-bound: a block made durable.
inline std::uint32_t write_durably(const TaskNumber& task) {
  constexpr std::size_t block_bytes = 4096;
  constexpr std::size_t blocks = 16;  // overwritten in turn, so that the file stays small
  thread_local ScratchFile file;
  std::array<TaskNumber, block_bytes / sizeof(TaskNumber)> block;
  block.fill(task);
  auto offset = static_cast<off_t>(task % blocks * block_bytes);
  if (pwrite(file.descriptor(), block.data(), block_bytes, offset) != block_bytes) {
    throw_errno("write of a block");
  }
  if (fsync(file.descriptor()) != 0) throw_errno("fsync");
  return ~task;
}

/// IO-bound without a device: what a request to a server that takes so long does to its caller.
template <long nanoseconds>
std::uint32_t wait_for(const TaskNumber& task) {
  timespec left{.tv_sec = 0, .tv_nsec = nanoseconds};
  while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
  return ~task;
}

inline std::uint32_t due_complement(TaskNumber task) { return ~task; }

}  // namespace handoff::bench
