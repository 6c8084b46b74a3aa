#pragma once

#include <sys/uio.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "contract.hpp"

/// How records lie in a file: a mark that holds their length, their bytes, and the mark's
/// complement, so that one that was not written to its end can be told.
namespace handoff {

/// What one writev(2) takes at most (MAX_RW_COUNT), less the marks.
inline constexpr std::size_t largest_record = 0x7ffff000 - 2 * sizeof(std::uint64_t);
inline std::size_t limit_of_records() { return largest_record; }

namespace detail {

constexpr std::uint64_t mark_of(std::size_t bytes) {
  constexpr std::uint64_t sign = 0x9d1ce1f5;
  return sign << 32 | bytes;
}

}  // namespace detail

/// A record with its marks, as writev(2) takes it.
class MarkedRecord {
 public:
  MarkedRecord(std::string_view file, std::span<const std::byte> record)
      : before_(detail::mark_of(record.size())), after_(~before_) {
    if (record.size() > largest_record) {
      throw LimitError(file, "record", record.size(), largest_record);
    }
    // writev does not write to what it is given.
    parts_ = {iovec{&before_, sizeof(before_)},
              iovec{const_cast<std::byte*>(record.data()), record.size()},
              iovec{&after_, sizeof(after_)}};
  }
  MarkedRecord(const MarkedRecord&) = delete;
  MarkedRecord& operator=(const MarkedRecord&) = delete;

  std::array<iovec, 3>& parts() { return parts_; }
  std::size_t bytes() const { return sizeof(before_) + parts_[1].iov_len + sizeof(after_); }

 private:
  std::uint64_t before_;
  std::uint64_t after_;
  std::array<iovec, 3> parts_;
};

/// What lies at one place of a file.
struct FoundRecord {
  std::size_t offset;                ///< in the file
  std::span<const std::byte> bytes;  ///< of the record; of an incomplete one all that is left
  bool complete;
};

/// Reads a file's records, in the order in which they lie in it. After an incomplete one it goes on
/// with the next that is complete; bytes in an incomplete record that look like a complete one are
/// taken for one.
class RecordReader {
 public:
  explicit RecordReader(std::span<const std::byte> file) : file_(file) {}

  /// Nothing at the end of the file.
  std::optional<FoundRecord> next() {
    if (position_ == file_.size()) return std::nullopt;
    const std::size_t first = position_;
    if (auto record = complete_at(first)) {
      position_ += record->size() + 2 * sizeof(std::uint64_t);
      return FoundRecord{first, *record, true};
    }
    do {
      ++position_;
    } while (position_ < file_.size() && !complete_at(position_));
    return FoundRecord{first, file_.subspan(first, position_ - first), false};
  }

 private:
  std::optional<std::span<const std::byte>> complete_at(std::size_t offset) const {
    constexpr std::size_t mark_bytes = sizeof(std::uint64_t);
    std::size_t left = file_.size() - offset;
    if (left < 2 * mark_bytes) return std::nullopt;
    std::uint64_t before = mark_at(offset);
    std::size_t bytes = before & 0xffffffff;
    if (before != detail::mark_of(bytes) || bytes > left - 2 * mark_bytes) return std::nullopt;
    if (mark_at(offset + mark_bytes + bytes) != ~before) return std::nullopt;
    return file_.subspan(offset + mark_bytes, bytes);
  }
  std::uint64_t mark_at(std::size_t offset) const {
    std::uint64_t mark;
    std::memcpy(&mark, file_.data() + offset, sizeof(mark));
    return mark;
  }

  std::span<const std::byte> file_;
  std::size_t position_ = 0;
};

}  // namespace handoff
