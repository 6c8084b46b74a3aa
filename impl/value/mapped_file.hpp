#pragma once

#include "../common/nameless_file.hpp"
#include "mapped_memory.hpp"

namespace handoff {
namespace detail {

/// A shared mapping of a nameless file.
class FileMapping {
 public:
  explicit FileMapping(std::size_t bytes) : bytes_(bytes) {
    Descriptor file = nameless_file(bytes);
    data_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (data_ == MAP_FAILED) throw_errno("mapped_file: mmap of " + std::to_string(bytes_) + " B");
  }
  ~FileMapping() { ::munmap(data_, bytes_); }
  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;
  void* get() const { return data_; }

 private:
  std::size_t bytes_;
  void* data_;
};

inline constexpr Info mapped_file_info{
    .name = "mapped_file",
    .mechanism = "elements under a process-shared mutex in a mapped file",
    .source = "mmap(2), pthread_mutex_t",
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,  // a holder that is killed never unlocks
    .unavailable = why_no_nameless_file,
};

}  // namespace detail

/// Elements beside a process-shared pthread mutex in a mapping of a nameless file.
template <class T, std::size_t Length>
using MappedFile = MappedValue<T, Length, detail::FileMapping, detail::mapped_file_info>;

}  // namespace handoff
