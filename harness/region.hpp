#pragma once

#include <cstddef>
#include <utility>

namespace handoff::harness {

/// Page-aligned, zero-filled memory, unmapped when destroyed. Children forked later see shared
/// regions at the same address.
class Region {
 public:
  /// Anonymous memory that forked children share.
  static Region shared(std::size_t bytes);
  /// Anonymous memory of this process alone.
  static Region private_memory(std::size_t bytes);
  /// A mapping of the first `bytes` of a memory file; maps the same file again at another address
  /// each time it is called. The descriptor stays the caller's.
  static Region of_file(int memory_file, std::size_t bytes);

  Region(Region&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Region& operator=(Region&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Region();

  std::byte* data() const { return data_; }
  std::size_t size() const { return bytes_; }

 private:
  Region(std::byte* data, std::size_t bytes) : data_(data), bytes_(bytes) {}
  static Region map(std::size_t bytes, int flags, int file);

  std::byte* data_;
  std::size_t bytes_;
};

/// A nameless memory file of `bytes` zeros, sealed against resizing, close-on-exec, its pages
/// allocated now (a full file system is an error here and not a SIGBUS later). The caller closes
/// the descriptor.
int make_memory_file(std::size_t bytes);

}  // namespace handoff::harness
