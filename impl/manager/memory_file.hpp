#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "../common/nameless_file.hpp"

namespace handoff::detail {

/// Pages of a memory file, shared with all who map them.
class Mapping {
 public:
  Mapping(int file, std::size_t first, std::size_t bytes) : bytes_(bytes) {
    void* address =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, static_cast<off_t>(first));
    if (address == MAP_FAILED) throw_errno("mmap of " + std::to_string(bytes) + " B");
    address_ = static_cast<std::byte*>(address);
  }
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), bytes_(other.bytes_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (address_ != nullptr) ::munmap(address_, bytes_);
  }

  std::byte* get() const { return address_; }

 private:
  std::byte* address_ = nullptr;
  std::size_t bytes_;
};

/// A file of zeros in memory without a name, which this user alone may open. No tmpfs that could be
/// full: its pages are there when they are touched, as a process's own are.
class MemoryFile {
 public:
  MemoryFile(std::string_view object, std::size_t bytes)
      : file_(::memfd_create("handoff", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
    constexpr int seals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (file_.get() == -1 || ::fchmod(file_.get(), S_IRUSR | S_IWUSR) == -1 ||
        ::ftruncate(file_.get(), static_cast<off_t>(bytes)) == -1 ||
        ::fcntl(file_.get(), F_ADD_SEALS, seals) == -1) {
      throw_errno(std::string(object) + ": memory file of " + std::to_string(bytes) + " B");
    }
  }

  int get() const { return file_.get(); }
  /// In a worker that has inherited this. Opens the file again, which the system refuses to others
  /// than its user.
  Mapping map(std::size_t first, std::size_t bytes) const {
    return Mapping(opened_again(file_.get(), O_RDWR).get(), first, bytes);
  }

 private:
  Descriptor file_;
};

}  // namespace handoff::detail
