#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include "../status.hpp"

/// Locks on a whole file. The kernel takes each away when its last holder dies.
namespace handoff {
namespace detail {

/// Calls again after signals; false when another holds the lock and the call does not wait.
template <class Call>
bool file_lock_call(Call call, const char* what) {
  while (call() == -1) {
    if (errno == EAGAIN || errno == EACCES) return false;
    if (errno != EINTR) throw_errno(what);
  }
  return true;
}

}  // namespace detail

/// flock(2): belongs to an open file description.
struct Flock {
  static void lock(int file) { (void)set(file, LOCK_EX); }
  static bool try_lock(int file) { return set(file, LOCK_EX | LOCK_NB); }
  static void lock_shared(int file) { (void)set(file, LOCK_SH); }
  static void unlock(int file) { (void)set(file, LOCK_UN); }

 private:
  static bool set(int file, int operation) {
    return detail::file_lock_call([=] { return ::flock(file, operation); }, "flock");
  }
};

/// fcntl(2) with the commands that wait or try, from the file's start to its end, wherever that
/// will be.
template <int waits, int tries>
struct FcntlLock {
  static void lock(int file) { (void)set(file, waits, F_WRLCK); }
  static bool try_lock(int file) { return set(file, tries, F_WRLCK); }
  static void lock_shared(int file) { (void)set(file, waits, F_RDLCK); }
  static void unlock(int file) { (void)set(file, waits, F_UNLCK); }

 private:
  static bool set(int file, int command, short type) {
    struct flock whole {};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    return detail::file_lock_call([&] { return ::fcntl(file, command, &whole); }, "fcntl lock");
  }
};

/// Belongs to a process, not to its threads, and is lost when the process closes any descriptor of
/// the file.
using RecordLock = FcntlLock<F_SETLKW, F_SETLK>;

/// Belongs to an open file description.
using OpenFileLock = FcntlLock<F_OFD_SETLKW, F_OFD_SETLK>;

}  // namespace handoff
