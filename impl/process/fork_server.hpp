#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include "fork_server_loop.hpp"
#include "posix_spawn_program.hpp"
#include "process_worker.hpp"

namespace handoff {
namespace detail {

/// The server of this process: started when it is first needed, and again when it has been killed.
/// Used with the lock of the children held.
class ForkServer {
 public:
  static ForkServer& of(Children& children) {
    static auto* server = new ForkServer;      // the list of the children names it for ever
    if (server->owner_ != children.owner()) {  // its owner's copy, in a forked child
      (void)server->child_.release();          // which the owner's list still names
      server->requests_.reset();
      server->owner_ = children.owner();
    }
    return *server;
  }

  /// Where the server is killed meanwhile, the request goes to the next: no task has begun as long
  /// as no worker has said so. Raises when that one does not answer either.
  Started start(const Info& info, const Job& job, const WorkerOptions& options,
                Children& children) {
    Descriptor record = write_record(job, options);
    constexpr int attempts = 2;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (!child_ || child_->has_ended()) start_server(info, children);
      auto [link, theirs] = make_link();
      std::vector<int> given{theirs.get(), record.get()};
      given.insert(given.end(), options.descriptors.begin(), options.descriptors.end());
      constexpr std::byte none{};
      if (send_with_descriptors(requests_.get(), std::span(&none, 1), given)) {
        theirs.reset();
        Introduced worker = receive_introduction(link.get());
        if (worker.pid != -1) {
          return {.pid = worker.pid, .pidfd = std::move(worker.pidfd), .link = std::move(link)};
        }
      }
      wait_for_end();
    }
    throw std::runtime_error(std::string(info.name) + ": its server does not answer");
  }

  /// -1: none runs.
  pid_t pid() const { return child_ && !child_->has_ended() ? child_->pid : -1; }

 private:
  /// Of a server whose end of a link is closed: it is ending, or has not even got that end, and
  /// says so. It is not asked to end: it may still have other workers.
  void wait_for_end() {
    Notice notice;
    Received received =
        receive_with_descriptors(requests_.get(), std::as_writable_bytes(std::span(&notice, 1)));
    errno = notice.error;
    if (received.bytes == sizeof(notice)) throw_errno("fork server");
    // Its descriptors are closed before the kernel tells of its end.
    pollfd entry{.fd = child_->pidfd.get(), .events = POLLIN, .revents = 0};
    poll_until(std::span(&entry, 1), never);
  }

  void start_server(const Info& info, Children& children) {
    if (child_) children.remove(*child_);
    child_.reset();
    auto [ours, theirs] = make_link();
    const int none = 0;
    Started server =
        spawn_program(info, job_of<int>(serve_forks, none),
                      {.name = "fork server", .descriptors = {theirs.get()}}, children);
    child_ = std::make_unique<Child>();
    child_->pid = server.pid;
    child_->pidfd = std::move(server.pidfd);
    child_->is_joined = true;  // it is no worker, but shall be reaped
    children.add(*child_);
    requests_ = std::move(ours);
  }

  pid_t owner_ = -1;
  std::unique_ptr<Child> child_;
  Descriptor requests_;
};

struct ForkServerWay {
  static constexpr Info info{
      .name = "fork_server",
      .mechanism =
          "a copy of a small server, which is this program anew and is asked over a socket",
      .source = "own, over fork(2)",
      .reach = Reach::processes,
      .waiting = Waiting::blocks,
      .copies_per_message = 1,
      .syscalls_per_message = 47.5,
      .on_peer_death = Survivor::told,
  };
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = false;
  static constexpr bool from_one_thread = false;

  static Started launch(const Job& job, const WorkerOptions& options, Children& children) {
    require_worker_main(info.name);
    return ForkServer::of(children).start(info, job, options, children);
  }

  static pid_t server(Children& children) { return ForkServer::of(children).pid(); }
};

}  // namespace detail

/// A worker that begins as a copy of a server, and not of the process that starts it: main() calls
/// worker_main() first. The server has the standard descriptors of the time at which it was
/// started. When it is killed, its daemons end with it, and of others it is not known how they end.
using ForkServerWorker = detail::ProcessWorker<detail::ForkServerWay>;

}  // namespace handoff
