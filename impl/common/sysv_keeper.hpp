#pragma once

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "descriptor.hpp"
#include "status.hpp"

/// System V queues and semaphores outlive their users; whoever is killed cannot remove his. So a
/// small process makes them for this one, and removes what is left once this one and all its
/// children have gone: it then reads the end of file of a socket that they inherit.
namespace handoff::detail {

/// A message queue, or a set of one semaphore of one permit.
enum class SysvKind { queue, semaphore };

class SysvKeeper {
 public:
  /// Of this process; started with its first queue.
  static SysvKeeper& of_this_process() {
    static std::mutex mutex;
    static std::unique_ptr<SysvKeeper> keeper;
    std::scoped_lock lock(mutex);
    // A forked child has its parent's: inherited, it must not be shared, as answers would mix.
    if (!keeper || keeper->owner_ != getpid()) {
      (void)keeper.release();  // NOLINT(bugprone-unused-return-value): its socket stays open
      keeper.reset(new SysvKeeper);
    }
    return *keeper;
  }

  /// A new one, private and of mode 0600, that is removed after this process at the latest.
  int make(SysvKind kind) {
    std::scoped_lock lock(mutex_);
    Answer answer = ask({.kind = kind, .id = none});
    if (answer.id == none) {
      errno = answer.error;
      throw_errno(kind == SysvKind::queue ? "msgget" : "semget");
    }
    return answer.id;
  }

  void remove(SysvKind kind, int id) {
    std::scoped_lock lock(mutex_);
    (void)ask({.kind = kind, .id = id});
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t most_kept = 4096;

  struct Kept {
    SysvKind kind = SysvKind::queue;
    int id = none;
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  using Request = Kept;  ///< to be removed; without an id: to be made
  struct Answer {
    int id = none;
    int error = 0;
  };

  SysvKeeper() : owner_(getpid()) {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
      throw_errno("keeper of System V objects: socketpair");
    }
    socket_.reset(both[0]);
    Descriptor theirs(both[1]);
    // Forked twice, so that it is nobody's child to wait for.
    pid_t child = fork();
    if (child == -1) throw_errno("keeper of System V objects: fork");
    if (child == 0) {
      if (fork() == 0) keep(theirs.get());
      _exit(EXIT_SUCCESS);
    }
    while (waitpid(child, nullptr, 0) == -1 && errno == EINTR) {
    }
  }

  Answer ask(Request request) {
    Answer answer;
    while (::send(socket_.get(), &request, sizeof(request), MSG_NOSIGNAL) == -1) {
      if (errno != EINTR) throw_errno("keeper of System V objects");
    }
    ssize_t length = -1;
    while ((length = ::recv(socket_.get(), &answer, sizeof(answer), 0)) == -1 && errno == EINTR) {
    }
    if (length != sizeof(answer)) {
      errno = length == -1 ? errno : EPIPE;
      throw_errno("keeper of System V objects");
    }
    return answer;
  }

  /// Runs in a process of its own that may have been forked beside other threads: system calls
  /// only, nothing that allocates or locks.
  [[noreturn]] static void keep(int socket) {
    setsid();  // what is sent to its makers' process group is not meant for it
    ::dup2(socket, 0);
    syscall(SYS_close_range, 1, ~0U, 0);
    std::array<Kept, most_kept> kept;
    std::size_t count = 0;
    Request request;
    for (;;) {
      ssize_t length = ::recv(0, &request, sizeof(request), 0);
      if (length == -1 && errno == EINTR) continue;
      if (length != sizeof(request)) break;
      Answer answer;
      if (request.id == none) {
        answer.id = count < most_kept ? made(request.kind) : none;
        answer.error = count < most_kept ? errno : ENOSPC;
        if (answer.id != none) kept[count++] = {request.kind, answer.id};
      } else if (Kept* one = std::find(kept.data(), kept.data() + count, request);
                 one != kept.data() + count) {
        drop(*one);
        *one = kept[--count];
      }
      ::send(0, &answer, sizeof(answer), MSG_NOSIGNAL);
    }
    std::for_each(kept.data(), kept.data() + count, drop);
    _exit(EXIT_SUCCESS);
  }

  static int made(SysvKind kind) {
    if (kind == SysvKind::queue) return msgget(IPC_PRIVATE, IPC_CREAT | 0600);
    int set = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);
    if (set == -1 || semctl(set, 0, SETVAL, 1) != -1) return set;
    int error = errno;
    semctl(set, 0, IPC_RMID);
    errno = error;
    return none;
  }
  static void drop(const Kept& one) {
    if (one.kind == SysvKind::queue) {
      msgctl(one.id, IPC_RMID, nullptr);
    } else {
      semctl(one.id, 0, IPC_RMID);
    }
  }

  pid_t owner_;
  Descriptor socket_;
  std::mutex mutex_;
};

}  // namespace handoff::detail
