#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "../common/passed_descriptors.hpp"
#include "../common/pidfd.hpp"
#include "contract.hpp"

/// Between a process and one worker that is not its child: a keeper is the worker's parent, reaps
/// it, and says over a socket how it ended.
namespace handoff::detail {

struct Ending {
  int exit_code;
  std::chrono::nanoseconds processor_time;
};

/// The first message comes from the worker itself, or from a keeper that could not start it; the
/// second from the keeper.
struct Notice {
  pid_t pid = -1;
  int error = 0;  ///< why it was not started
  Ending ending = {};
};

/// What the other way is for: this worker shall be killed.
inline constexpr std::byte kill_request{1};

inline bool send_notice(int link, const Notice& notice, std::span<const int> descriptors = {}) {
  return send_with_descriptors(link, std::as_bytes(std::span(&notice, 1)), descriptors);
}

/// In the worker, before its task: so that whoever reads no such message knows that the task has
/// not begun, and never will. Closes the link, whose other copy is the keeper's.
inline void introduce_worker(Descriptor link) {
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  if (pidfd.get() == -1) {
    (void)send_notice(link.get(), {.error = errno});
    ::_exit(EXIT_FAILURE);
  }
  if (!send_notice(link.get(), {.pid = getpid()}, std::array{pidfd.get()})) ::_exit(EXIT_FAILURE);
}

inline std::pair<Descriptor, Descriptor> make_link() {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, both) == -1) {
    throw_errno("socketpair");
  }
  return {Descriptor(both[0]), Descriptor(both[1])};
}

inline Ending receive_ending(int link) {
  Notice notice;
  auto bytes = std::as_writable_bytes(std::span(&notice, 1));
  Received received = receive_with_descriptors(link, bytes);
  if (received.bytes == sizeof(notice)) return notice.ending;
  return {.exit_code = unknown_exit_code, .processor_time = {}};
}

struct Introduced {
  pid_t pid = -1;  ///< -1: nobody is left who could start it
  Descriptor pidfd;
};

/// Waits for the worker's own word. Raises when there is no worker, or one that was killed before
/// its task, or no descriptor left here with which to wait for it; it is ended then.
inline Introduced receive_introduction(int link) {
  Notice notice;
  Received received = receive_with_descriptors(link, std::as_writable_bytes(std::span(&notice, 1)));
  if (received.bytes == 0) return {};
  bool has_ended = notice.pid == -1;
  if (has_ended && notice.error == 0) notice.error = ECHILD;
  if (!has_ended && received.descriptors.empty()) {
    (void)send_with_descriptors(link, std::span(&kill_request, 1), {});
    (void)receive_ending(link);
    notice.error = EMFILE;
  }
  errno = notice.error;
  if (notice.error != 0) throw_errno("its keeper");
  return {.pid = notice.pid, .pidfd = std::move(received.descriptors.front())};
}

}  // namespace handoff::detail
