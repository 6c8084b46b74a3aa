#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include "descriptor.hpp"
#include "status.hpp"

namespace handoff {

/// Where files go that nobody needs for long.
inline std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

/// An empty file of this user that never had a name.
inline Descriptor nameless_file() {
  const std::string folder = temporary_folder();
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.get() == -1) throw_errno("nameless file in " + folder);
  return file;
}

/// One with room for `bytes` zeros.
inline Descriptor nameless_file(std::size_t bytes) {
  Descriptor file = nameless_file();
  int error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  if (error == 0) return file;
  errno = error;
  throw_errno("room for " + std::to_string(bytes) + " B in " + temporary_folder());
}

inline std::string why_no_nameless_file() {
  try {
    (void)nameless_file(1);
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

/// A new open file description of the same file, with an offset, flags and locks of its own.
inline Descriptor opened_again(int file, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  Descriptor again(::open(path.c_str(), flags | O_CLOEXEC));
  if (again.get() == -1) throw_errno("open of " + path);
  return again;
}

}  // namespace handoff
