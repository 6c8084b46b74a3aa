#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include "../status.hpp"

/// Locks on a whole file. The kernel takes each away when its last holder dies.
namespace handoff {

/// flock(2): belongs to an open file description.
struct Flock {
  static void lock(int file) { set(file, LOCK_EX); }
  static void lock_shared(int file) { set(file, LOCK_SH); }
  static void unlock(int file) { set(file, LOCK_UN); }

 private:
  static void set(int file, int operation) {
    while (::flock(file, operation) == -1) {
      if (errno != EINTR) throw_errno("flock");
    }
  }
};

/// fcntl(2) with `command`, from the file's start to its end, wherever that will be.
template <int command>
struct FcntlLock {
  static void lock(int file) { set(file, F_WRLCK); }
  static void lock_shared(int file) { set(file, F_RDLCK); }
  static void unlock(int file) { set(file, F_UNLCK); }

 private:
  static void set(int file, short type) {
    struct flock whole {};
    whole.l_type = type;
    whole.l_whence = SEEK_SET;
    while (::fcntl(file, command, &whole) == -1) {
      if (errno != EINTR) throw_errno("fcntl lock");
    }
  }
};

/// Belongs to a process, not to its threads, and is lost when the process closes any descriptor of
/// the file.
using RecordLock = FcntlLock<F_SETLKW>;

/// Belongs to an open file description.
using OpenFileLock = FcntlLock<F_OFD_SETLKW>;

}  // namespace handoff
