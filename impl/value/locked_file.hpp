#pragma once

#include <unistd.h>

#include "../common/locks/file_locks.hpp"
#include "../common/nameless_file.hpp"
#include "contract.hpp"

namespace handoff {
namespace detail {

/// Calls pread or pwrite until all bytes have been moved.
template <class Move, class Byte>
void move_all(Move move, int file, Byte* bytes, std::size_t count, std::size_t position) {
  while (count > 0) {
    ssize_t moved = move(file, bytes, count, static_cast<off_t>(position));
    if (moved == -1 && errno == EINTR) continue;
    if (moved == -1) throw_errno("access to a nameless file");
    if (moved == 0) throw std::runtime_error("a nameless file has been cut");
    bytes += moved;
    count -= static_cast<std::size_t>(moved);
    position += static_cast<std::size_t>(moved);
  }
}

}  // namespace detail

/// Elements in a nameless file, read and written under a lock of that file: see
/// ../common/locks/file_locks.hpp.
template <class T, std::size_t Length, class Lock, const Info& value_info>
class LockedFile {
 public:
  using value_type = T;
  static constexpr bool locked = true;
  static constexpr const Info& info = value_info;

  /// Not to be kept over a fork: the child's copy would hold the same lock.
  class Handle {
   public:
    /// A lock may belong to an open file description, so each worker opens the file anew.
    explicit Handle(const LockedFile& value) : file_(opened_again(value.file_.get(), O_RDWR)) {}

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
      Lock::lock(file_.get());
      Unlock unlock{file_.get()};
      T value;
      move_out(index, std::span(&value, 1));
      value = change(value);
      move_in(index, std::span<const T>(&value, 1));
    }
    void read(std::size_t index, std::span<T> into) const {
      check_range(info.name, index, into.size(), Length);
      Lock::lock_shared(file_.get());
      Unlock unlock{file_.get()};
      move_out(index, into);
    }
    void write(std::size_t index, std::span<const T> from) {
      check_range(info.name, index, from.size(), Length);
      Lock::lock(file_.get());
      Unlock unlock{file_.get()};
      move_in(index, from);
    }

   private:
    struct Unlock {
      int file;
      ~Unlock() { Lock::unlock(file); }
    };

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

  explicit LockedFile(ValueShape shape)
      : workers_(info.name, shape.workers), file_(nameless_file(sizeof(T) * Length)) {}
  Handle handle(unsigned worker) { return Handle(workers_.for_worker(*this, worker)); }

 private:
  NumberedWorkers workers_;
  Descriptor file_;
};

}  // namespace handoff
