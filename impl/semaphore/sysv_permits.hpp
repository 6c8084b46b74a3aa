#pragma once

#include <sys/sem.h>

#include "../common/absolute_time.hpp"
#include "../common/kernel_order.hpp"
#include "../common/locks/sysv_semaphore.hpp"
#include "contract.hpp"

namespace handoff::semaphore {

/// SEMVMX, which is the same on every Linux and in no header.
inline std::size_t most_sysv_permits() { return 32767; }

/// The permits of a System V semaphore, taken and given with `flags`: SEM_UNDO or nothing.
template <short flags, const Info& its_info>
class SysvPermits {
 public:
  explicit SysvPermits(std::size_t permits)
      : set_(keeper().make(handoff::detail::SysvKind::semaphore)) {
    if (semctl(set_, 0, SETVAL, static_cast<int>(permits)) == 0) return;
    const int error = errno;
    drop();
    errno = error;
    throw_errno("semctl");
  }
  ~SysvPermits() { drop(); }
  SysvPermits(const SysvPermits&) = delete;
  SysvPermits& operator=(const SysvPermits&) = delete;

  void acquire() { (void)take_until(never); }
  bool try_acquire() { return take_until(at_once); }
  bool try_acquire_until(Deadline deadline) { return take_until(deadline); }
  void release(std::size_t n) {
    if (n > most_sysv_permits()) refuse(n);
    order_.give();
    sembuf giving{.sem_num = 0, .sem_op = static_cast<short>(n), .sem_flg = flags};
    while (semop(set_, &giving, 1) == -1) {
      if (errno == ERANGE) refuse(n);
      if (errno != EINTR) throw_errno("semop");
    }
  }
  std::size_t value() const {
    const int free = semctl(set_, 0, GETVAL);
    if (free == -1) throw_errno("semctl");
    return static_cast<std::size_t>(free);
  }

 private:
  static handoff::detail::SysvKeeper& keeper() {
    return handoff::detail::SysvKeeper::of_this_process();
  }
  void drop() { keeper().remove(handoff::detail::SysvKind::semaphore, set_); }
  [[noreturn]] void refuse(std::size_t n) const {
    throw LimitError(its_info.name, "release", n, most_sysv_permits() - value());
  }

  bool take_until(Deadline deadline) {
    constexpr short no_wait = IPC_NOWAIT;
    const short how = deadline == at_once ? flags | no_wait : flags;
    sembuf taking{.sem_num = 0, .sem_op = -1, .sem_flg = how};
    for (;;) {
      const timespec left = time_left(deadline);
      const bool bounded = deadline != never && deadline != at_once;
      if (semtimedop(set_, &taking, 1, bounded ? &left : nullptr) == 0) {
        order_.take();
        return true;
      }
      if (errno == EAGAIN) return false;
      if (errno != EINTR) throw_errno("semop");
    }
  }

  int set_;
  KernelOrder order_;
};

}  // namespace handoff::semaphore
