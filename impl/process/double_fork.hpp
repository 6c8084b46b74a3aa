#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "keeper.hpp"
#include "process_worker.hpp"

namespace handoff {
namespace detail {

/// `numbers` are none of the standard ones' business: those are closed too.
inline void close_all_but(std::vector<int> numbers) {
  std::sort(numbers.begin(), numbers.end());
  unsigned first = 0;
  for (int number : numbers) {
    auto kept = static_cast<unsigned>(number);
    if (kept > first) ::close_range(first, kept - 1, 0);
    first = kept + 1;
  }
  ::close_range(first, ~0U, 0);
}

struct DoubleForkWay {
  static constexpr Info info{
      .name = "double_fork",
      .mechanism = "forked twice into a session of its own, and then by a keeper that waits for it",
      .source = "own, over fork(2)",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 0,
      .syscalls_per_message = 43.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool is_detached = true;
  static constexpr bool is_copy = true;
  static constexpr bool from_one_thread = false;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    flush_output();
    (void)children.own_pidfd();
    auto [link, theirs] = make_link();
    pid_t first = ::fork();
    if (first == -1) throw_not_started(info, options);
    if (first == 0) {
      link.reset();
      leave(std::move(theirs), job, options, children);
    }
    theirs.reset();
    rusage usage{};
    while (::wait4(first, nullptr, 0, &usage) == -1 && errno == EINTR) {
    }
    Introduced worker = receive_introduction(link.get());
    errno = EAGAIN;
    if (worker.pid == -1) throw_not_started(info, options);
    return {.pid = worker.pid,
            .pidfd = std::move(worker.pidfd),
            .link = std::move(link),
            .processor_time = processor_time_of(usage)};
  }

 private:
  /// The first child: it has no other use than to end, so that the second is nobody's to wait for.
  [[noreturn]] static void leave(Descriptor link, const Job& job, const WorkerOptions& options,
                                 Children& children) noexcept {
    int parent = children.forget_in_child();
    ::setsid();
    pid_t second = ::fork();
    if (second == 0) keep(std::move(link), job, options, parent);
    if (second == -1) (void)send_notice(link.get(), {.error = errno});
    ::_exit(EXIT_SUCCESS);
  }

  [[noreturn]] static void keep(Descriptor link, const Job& job, const WorkerOptions& options,
                                int parent) noexcept {
    Keeper keeper(options.daemon ? parent : -1, /*is_charged=*/true);
    keeper.start(std::move(link), [&, keeper_pid = getpid()] {
      if (options.daemon) end_with_parent(keeper_pid);
      run_and_exit(job,
                   {.name = options.name, .descriptors = options.descriptors, .parent = parent});
    });
    close_all_but(keeper.descriptors());
    while (keeper.has_owner() && !keeper.is_idle()) keeper.wait(-1);
    ::_exit(EXIT_SUCCESS);
  }
};

}  // namespace detail

/// A worker that belongs to nobody: it outlives the handle and the process that started it, unless
/// it is a daemon.
using DoubleForkWorker = detail::ProcessWorker<detail::DoubleForkWay>;

}  // namespace handoff
