#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "../common/descriptor.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

inline std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

/// A file of this user that never had a name.
inline Descriptor nameless_file() {
  const std::string folder = temporary_folder();
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.get() == -1) throw_errno("flock_file: nameless file in " + folder);
  return file;
}

inline std::string why_no_flock_file() {
  try {
    nameless_file();
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

/// Holds a lock on an open file description. The kernel takes it away when its last holder dies.
class FileLock {
 public:
  FileLock(int file, int operation) : file_(file) {
    while (::flock(file_, operation) == -1) {
      if (errno != EINTR) throw_errno("flock_file: flock");
    }
  }
  ~FileLock() { ::flock(file_, LOCK_UN); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

/// Calls pread or pwrite until all bytes have been moved.
template <class Move, class Byte>
void move_all(Move move, int file, Byte* bytes, std::size_t count, std::size_t position) {
  while (count > 0) {
    ssize_t moved = move(file, bytes, count, static_cast<off_t>(position));
    if (moved == -1 && errno == EINTR) continue;
    if (moved == -1) throw_errno("flock_file: access");
    if (moved == 0) throw std::runtime_error("flock_file: the file has been cut");
    bytes += moved;
    count -= static_cast<std::size_t>(moved);
    position += static_cast<std::size_t>(moved);
  }
}

}  // namespace detail

/// Elements in a nameless file, read and written under flock(2).
template <class T, std::size_t Length>
class FlockFile {
 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr Info info{
      .name = "flock_file",
      .mechanism = "elements in a file, read and written under a file lock",
      .source = "flock(2)",
      .copies_per_message = 2,
      .syscalls_per_message = 4,  // of a change: lock, read, write, unlock
      .on_peer_death = Survivor::told,
      .unavailable = detail::why_no_flock_file,
  };

  /// Not to be kept over a fork: the child's copy would hold the same lock.
  class Handle {
   public:
    /// A lock belongs to an open file description, so each worker opens the file anew.
    explicit Handle(const FlockFile& value) {
      const std::string again = "/proc/self/fd/" + std::to_string(value.file_.get());
      file_.reset(::open(again.c_str(), O_RDWR | O_CLOEXEC));
      if (file_.get() == -1) throw_errno("flock_file: open of " + again);
    }

    T load(std::size_t index) const {
      T value;
      read(index, std::span(&value, 1));
      return value;
    }
    void store(T value, std::size_t index) { write(index, std::span<const T>(&value, 1)); }
    void add(T value, std::size_t index) {
      update([&](T before) { return static_cast<T>(before + value); }, index);
    }
    template <class Change>
    void update(Change change, std::size_t index) {
      check_range(info.name, index, 1, Length);
      detail::FileLock lock(file_.get(), LOCK_EX);
      T value;
      move_out(index, std::span(&value, 1));
      value = change(value);
      move_in(index, std::span<const T>(&value, 1));
    }
    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      detail::FileLock lock(file_.get(), LOCK_SH);
      move_out(index, into);
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      detail::FileLock lock(file_.get(), LOCK_EX);
      move_in(index, from);
    }

   private:
    void move_out(std::size_t index, std::span<T> into) const {
      auto bytes = std::as_writable_bytes(into);
      detail::move_all(::pread, file_.get(), bytes.data(), bytes.size(), index * sizeof(T));
    }
    void move_in(std::size_t index, std::span<const T> from) {
      auto bytes = std::as_bytes(from);
      detail::move_all(::pwrite, file_.get(), bytes.data(), bytes.size(), index * sizeof(T));
    }

    Descriptor file_;
  };

  explicit FlockFile(ValueShape) : file_(detail::nameless_file()) {
    int error = ::posix_fallocate(file_.get(), 0, sizeof(T) * Length);
    if (error == 0) return;
    errno = error;
    throw_errno("flock_file: room for " + std::to_string(sizeof(T) * Length) + " B");
  }
  Handle handle(unsigned) { return Handle(*this); }

 private:
  Descriptor file_;
};

}  // namespace handoff
