#pragma once

#include <vector>

#include "harness/region.hpp"
#include "impl/file/records.hpp"
#include "tests/conformance/file_row.hpp"

/// A row's file, and what lies in it.
namespace handoff::conformance {

/// In memory that forked children share with their parent.
class SharedFile {
 public:
  SharedFile(const FileRow& row, FileShape shape)
      : row_(row), memory_(harness::Region::shared(row.bytes)) {
    row_.build(memory_.data(), shape);
  }
  ~SharedFile() { row_.destroy(memory_.data()); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  std::unique_ptr<AnyAppender> appender(unsigned worker) const {
    return row_.appender(memory_.data(), worker);
  }
  int descriptor() const { return row_.descriptor(memory_.data()); }

 private:
  const FileRow& row_;
  harness::Region memory_;
};

/// All that lies in a file, read as users are told to read it.
class Contents {
 public:
  explicit Contents(const SharedFile& file) : Contents(file.descriptor()) {}
  explicit Contents(int file);

  const std::vector<FoundRecord>& complete() const { return complete_; }
  std::size_t incomplete() const { return incomplete_; }

 private:
  std::optional<harness::Region> mapping_;  ///< none of an empty file
  std::vector<FoundRecord> complete_;
  std::size_t incomplete_ = 0;
};

/// The bytes of the record that a worker writes as its `n`th: who and which, and then some that
/// follow from it.
std::vector<std::byte> record_of(unsigned worker, std::uint32_t n, std::size_t length);

/// Raises unless the records are those that each of the workers wrote as its first ones, each once,
/// whole and in their order; returns how many those were of each.
std::vector<std::uint32_t> records_of_each(const Contents& contents, unsigned workers);

}  // namespace handoff::conformance
