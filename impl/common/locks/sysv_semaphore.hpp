#pragma once

#include <sys/sem.h>

#include "../absolute_time.hpp"
#include "../status.hpp"
#include "../sysv_keeper.hpp"
#include "hand_over.hpp"

namespace handoff {

/// A System V semaphore of one permit, which the kernel gives back when a process ends that has
/// taken it (SEM_UNDO).
class SysvSemaphoreUndoLock {
 public:
  SysvSemaphoreUndoLock() : set_(keeper().make(detail::SysvKind::semaphore)) {}
  ~SysvSemaphoreUndoLock() { keeper().remove(detail::SysvKind::semaphore, set_); }
  SysvSemaphoreUndoLock(const SysvSemaphoreUndoLock&) = delete;
  SysvSemaphoreUndoLock& operator=(const SysvSemaphoreUndoLock&) = delete;

  void lock() { (void)try_lock_until(never); }
  bool try_lock() { return try_lock_until(at_once); }
  bool try_lock_until(Deadline deadline) {
    if (!change(-1, deadline)) return false;
    hand_over_.take();
    return true;
  }
  void unlock() {
    hand_over_.give();
    (void)change(1, never);
  }

 private:
  static detail::SysvKeeper& keeper() { return detail::SysvKeeper::of_this_process(); }

  /// False when it could not be changed before the deadline.
  bool change(short permits, Deadline deadline) {
    sembuf operation{.sem_num = 0, .sem_op = permits, .sem_flg = SEM_UNDO};
    if (deadline == at_once) operation.sem_flg |= IPC_NOWAIT;
    for (;;) {
      const timespec left = deadline == never ? timespec{} : time_left(deadline);
      if (semtimedop(set_, &operation, 1, deadline == never ? nullptr : &left) != -1) return true;
      if (errno == EAGAIN) return false;
      if (errno != EINTR) throw_errno("semtimedop");
    }
  }

  int set_;
  HandOver hand_over_;
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
