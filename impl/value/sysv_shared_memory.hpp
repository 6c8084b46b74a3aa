#pragma once

#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "mapped_memory.hpp"

namespace handoff {
namespace detail {

/// A private segment, marked for removal as soon as it is attached: the kernel removes it when the
/// last process that has inherited the mapping is gone.
class SysvSegment {
 public:
  explicit SysvSegment(std::size_t bytes) {
    int segment = ::shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    if (segment == -1) throw_errno("sysv_shared_memory: shmget of " + std::to_string(bytes) + " B");
    data_ = ::shmat(segment, nullptr, 0);
    int error = errno;
    ::shmctl(segment, IPC_RMID, nullptr);
    if (data_ != MAP_FAILED) return;  // shmat fails with the same value as mmap
    errno = error;
    throw_errno("sysv_shared_memory: shmat");
  }
  ~SysvSegment() { ::shmdt(data_); }
  SysvSegment(const SysvSegment&) = delete;
  SysvSegment& operator=(const SysvSegment&) = delete;
  void* get() const { return data_; }

 private:
  void* data_;
};

inline std::string why_no_sysv_segment() {
  try {
    SysvSegment trial(1);
    return {};
  } catch (const std::system_error& error) {
    return error.what();
  }
}

inline constexpr Info sysv_shared_memory_info{
    .name = "sysv_shared_memory",
    .mechanism = "elements under a process-shared mutex in a System V segment",
    .source = "shmget(2), pthread_mutex_t",
    .copies_per_message = 1,
    .syscalls_per_message = 0,
    .on_peer_death = Survivor::hangs,  // a holder that is killed never unlocks
    .unavailable = why_no_sysv_segment,
};

}  // namespace detail

/// Elements beside a process-shared pthread mutex in a System V shared memory segment.
template <class T, std::size_t Length>
using SysvSharedMemory =
    MappedValue<T, Length, detail::SysvSegment, detail::sysv_shared_memory_info>;

}  // namespace handoff
