#pragma once

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>

#include "descriptor.hpp"
#include "status.hpp"

/// System V queues outlive their users; whoever is killed cannot remove his. So a small process
/// makes them for this one, and removes what is left once this one and all its children have gone:
/// it then reads the end of file of a socket that they inherit.
namespace handoff::detail {

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

  /// A new queue, private and of mode 0600, that is removed after this process at the latest.
  int make_queue() {
    std::scoped_lock lock(mutex_);
    Answer answer = ask({.queue = none});
    if (answer.queue == none) {
      errno = answer.error;
      throw_errno("sysv_message_queue: msgget");
    }
    return answer.queue;
  }

  void remove_queue(int queue) {
    std::scoped_lock lock(mutex_);
    (void)ask({.queue = queue});
  }

 private:
  static constexpr int none = -1;
  static constexpr std::size_t most_queues = 4096;

  struct Request {
    int queue = none;  ///< to remove; none: make one
  };
  struct Answer {
    int queue = none;
    int error = 0;
  };

  SysvKeeper() : owner_(getpid()) {
    int both[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
      throw_errno("sysv_message_queue: socketpair");
    }
    socket_.reset(both[0]);
    Descriptor theirs(both[1]);
    // Forked twice, so that it is nobody's child to wait for.
    pid_t child = fork();
    if (child == -1) throw_errno("sysv_message_queue: fork");
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
      if (errno != EINTR) throw_errno("sysv_message_queue: the process that keeps the queues");
    }
    ssize_t length = -1;
    while ((length = ::recv(socket_.get(), &answer, sizeof(answer), 0)) == -1 && errno == EINTR) {
    }
    if (length != sizeof(answer)) {
      errno = length == -1 ? errno : EPIPE;
      throw_errno("sysv_message_queue: the process that keeps the queues");
    }
    return answer;
  }

  /// Runs in a process of its own that may have been forked beside other threads: system calls
  /// only, nothing that allocates or locks.
  [[noreturn]] static void keep(int socket) {
    setsid();  // what is sent to its makers' process group is not meant for it
    ::dup2(socket, 0);
    syscall(SYS_close_range, 1, ~0U, 0);
    std::array<int, most_queues> queues;
    std::size_t count = 0;
    Request request;
    for (;;) {
      ssize_t length = ::recv(0, &request, sizeof(request), 0);
      if (length == -1 && errno == EINTR) continue;
      if (length != sizeof(request)) break;
      Answer answer;
      if (request.queue == none) {
        answer.queue = count < most_queues ? msgget(IPC_PRIVATE, IPC_CREAT | 0600) : none;
        answer.error = count < most_queues ? errno : ENOSPC;
        if (answer.queue != none) queues[count++] = answer.queue;
      } else if (int* kept = std::find(queues.data(), queues.data() + count, request.queue);
                 kept != queues.data() + count) {
        msgctl(*kept, IPC_RMID, nullptr);
        *kept = queues[--count];
      }
      ::send(0, &answer, sizeof(answer), MSG_NOSIGNAL);
    }
    for (std::size_t i = 0; i < count; ++i) msgctl(queues[i], IPC_RMID, nullptr);
    _exit(EXIT_SUCCESS);
  }

  pid_t owner_;
  Descriptor socket_;
  std::mutex mutex_;
};

}  // namespace handoff::detail
