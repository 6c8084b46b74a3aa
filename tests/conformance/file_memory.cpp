#include "tests/conformance/file_memory.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "tests/conformance/workers.hpp"

namespace handoff::conformance {
namespace {

/// Before what follows from it.
struct Origin {
  std::uint32_t worker;
  std::uint32_t n;
};

std::byte byte_of(Origin origin, std::size_t i) {
  constexpr std::uint64_t step = 0x9E3779B97F4A7C15;  // odd: all bytes of a word matter
  return static_cast<std::byte>(((origin.worker + 1) * step + (origin.n + i) * step) >> 56);
}

}  // namespace

Contents::Contents(int file) {
  struct stat status {};
  if (fstat(file, &status) == -1) throw_errno("fstat");
  if (status.st_size == 0) return;
  auto bytes = static_cast<std::size_t>(status.st_size);
  mapping_ = harness::Region::of_file(file, bytes);
  RecordReader reader({mapping_->data(), bytes});
  while (auto record = reader.next()) {
    if (record->complete) {
      complete_.push_back(*record);
    } else {
      ++incomplete_;
    }
  }
}

std::vector<std::byte> record_of(unsigned worker, std::uint32_t n, std::size_t length) {
  Origin origin{worker, n};
  std::vector<std::byte> record(sizeof(origin) + length);
  std::memcpy(record.data(), &origin, sizeof(origin));
  for (std::size_t i = 0; i < length; ++i) record[sizeof(origin) + i] = byte_of(origin, i);
  return record;
}

std::vector<std::uint32_t> records_of_each(const Contents& contents, unsigned workers) {
  std::vector<std::uint32_t> next(workers);
  for (const FoundRecord& record : contents.complete()) {
    Origin origin{};
    require(record.bytes.size() >= sizeof(origin), "a record is too short");
    std::memcpy(&origin, record.bytes.data(), sizeof(origin));
    require(origin.worker < workers, "a record of nobody");
    const std::string which =
        "record " + std::to_string(origin.n) + " of worker " + std::to_string(origin.worker);
    require(origin.n == next[origin.worker],
            which + " lies where " + std::to_string(next[origin.worker]) + " is due");
    ++next[origin.worker];
    auto due = record_of(origin.worker, origin.n, record.bytes.size() - sizeof(origin));
    require(std::ranges::equal(record.bytes, due), which + " is not what was written");
  }
  return next;
}

}  // namespace handoff::conformance
