#pragma once

#include <sys/sem.h>

#include <atomic>

#include "../absolute_time.hpp"
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
    (void)change(-1, never);
    come_after_the_last();
  }
  bool try_lock() {
    if (!change(-1, at_once)) return false;
    come_after_the_last();
    return true;
  }
  bool try_lock_until(Deadline deadline) {
    if (!change(-1, deadline)) return false;
    come_after_the_last();
    return true;
  }
  void unlock() {
    handed_over_.store(true, std::memory_order_release);
    (void)change(1, never);
  }

 private:
  static detail::SysvKeeper& keeper() { return detail::SysvKeeper::of_this_process(); }

  void come_after_the_last() {
    // acquire: with the release above it tells the C++ memory model, which does not know semop(2),
    // that what the last holder did comes before.
    (void)handed_over_.load(std::memory_order_acquire);
  }
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
