#pragma once

#include <sys/sem.h>

#include <atomic>

#include "../status.hpp"
#include "../sysv_keeper.hpp"

namespace handoff {

/// A System V semaphore of one permit, which the kernel gives back when a process ends that has
/// taken it (SEM_UNDO).
class SysvSemaphoreUndoLock {
 public:
  SysvSemaphoreUndoLock() : set_(keeper().make(detail::SysvKind::semaphore)) {}
  ~SysvSemaphoreUndoLock() { keeper().remove(detail::SysvKind::semaphore, set_); }
  SysvSemaphoreUndoLock(const SysvSemaphoreUndoLock&) = delete;
  SysvSemaphoreUndoLock& operator=(const SysvSemaphoreUndoLock&) = delete;

  void lock() {
    change(-1);
    // acquire: with the release below it tells the C++ memory model, which does not know semop(2),
    // that what the last holder did comes before.
    (void)handed_over_.load(std::memory_order_acquire);
  }
  void unlock() {
    handed_over_.store(true, std::memory_order_release);
    change(1);
  }

 private:
  static detail::SysvKeeper& keeper() { return detail::SysvKeeper::of_this_process(); }

  void change(short permits) {
    sembuf operation{.sem_num = 0, .sem_op = permits, .sem_flg = SEM_UNDO};
    while (semop(set_, &operation, 1) == -1) {
      if (errno != EINTR) throw_errno("semop");
    }
  }

  int set_;
  std::atomic<bool> handed_over_{false};
};

namespace detail {

/// Without a keeper: one that is just ending looks like a benchmark that still runs.
inline std::string why_no_sysv_semaphore() {
  int set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
  if (set == -1) return "semget: " + std::generic_category().message(errno);
  semctl(set, 0, IPC_RMID);
  return {};
}

}  // namespace detail
}  // namespace handoff
