#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <mutex>

#include "../common/cpu.hpp"
#include "../common/nameless_file.hpp"
#include "records.hpp"

namespace handoff {
namespace detail {

/// Writes all of it at the file's offset.
inline void write_record(std::string_view name, int file, MarkedRecord& record) {
  auto& parts = record.parts();
  for (auto part = parts.begin(); part != parts.end();) {
    ssize_t written = ::writev(file, &*part, static_cast<int>(parts.end() - part));
    if (written == -1 && errno == EINTR) continue;
    if (written == -1) throw_errno(std::string(name) + ": writev");
    auto left = static_cast<std::size_t>(written);
    for (; part != parts.end() && left >= part->iov_len; ++part) left -= part->iov_len;
    if (part == parts.end()) return;
    part->iov_base = static_cast<std::byte*>(part->iov_base) + left;
    part->iov_len -= left;
  }
}

}  // namespace detail

/// Records written at the file's end under a lock, which lies in the object or is one of the file:
/// works where O_APPEND does not, as on NFS, and all that one more lock needs is its Info.
template <class Lock, const Info& file_info>
class LockedAppend {
 public:
  static constexpr const Info& info = file_info;

  class Appender {
   public:
    /// Offsets, and some locks, belong to an open file description, so each worker has its own.
    explicit Appender(LockedAppend& file)
        : file_(&file), own_(opened_again(file.file_.get(), O_WRONLY)) {}

    void append(std::span<const std::byte> bytes) {
      MarkedRecord record(info.name, bytes);
      std::lock_guard guard(*this);
      if (::lseek(own_.get(), 0, SEEK_END) == -1) throw_errno(std::string(info.name) + ": lseek");
      detail::write_record(info.name, own_.get(), record);
    }

    /// For the guard.
    void lock() {
      if constexpr (lies_in_the_kernel) {
        Lock::lock(own_.get());
      } else {
        file_->lock_.lock();
      }
    }
    void unlock() {
      if constexpr (lies_in_the_kernel) {
        Lock::unlock(own_.get());
      } else {
        file_->lock_.unlock();
      }
    }

   private:
    static constexpr bool lies_in_the_kernel = requires(int file) { Lock::lock(file); };

    LockedAppend* file_;
    Descriptor own_;
  };

  explicit LockedAppend(FileShape shape)
      : workers_(info.name, shape.workers), file_(nameless_file()) {}
  LockedAppend(const LockedAppend&) = delete;
  LockedAppend& operator=(const LockedAppend&) = delete;

  Appender appender(unsigned worker) { return Appender(workers_.for_worker(*this, worker)); }
  int descriptor() const { return file_.get(); }

 private:
  alignas(isolation) Lock lock_;
  NumberedWorkers workers_;
  Descriptor file_;
};

}  // namespace handoff
