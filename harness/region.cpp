#include "harness/region.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "impl/common/status.hpp"

namespace handoff::harness {

Region Region::map(std::size_t bytes, int flags, int file) {
  if (bytes == 0) throw std::invalid_argument("region of 0 B");
  // MAP_POPULATE: pages are faulted in before anything is timed.
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_POPULATE, file, 0);
  if (data == MAP_FAILED) throw_errno("mmap of " + std::to_string(bytes) + " B");
  return Region(static_cast<std::byte*>(data), bytes);
}

Region Region::shared(std::size_t bytes) { return map(bytes, MAP_SHARED | MAP_ANONYMOUS, -1); }

Region Region::private_memory(std::size_t bytes) {
  return map(bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

Region Region::of_file(int memory_file, std::size_t bytes) {
  return map(bytes, MAP_SHARED, memory_file);
}

Region::~Region() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

int make_memory_file(std::size_t bytes) {
  int file = memfd_create("handoff", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file == -1) throw_errno("memfd_create");
  int failure = posix_fallocate(file, 0, static_cast<off_t>(bytes));
  if (failure == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0) {
    return file;
  }
  errno = failure != 0 ? failure : errno;
  int why = errno;
  close(file);
  errno = why;
  throw_errno("memory file of " + std::to_string(bytes) + " B");
}

}  // namespace handoff::harness
