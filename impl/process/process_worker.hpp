#pragma once

#include <signal.h>
#include <sys/syscall.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "children.hpp"
#include "job.hpp"
#include "started.hpp"

namespace handoff::detail {

/// A worker that is a process. `Way` says how it comes into being: `Way::launch(job, options,
/// children)` is called with the lock of the children held.
template <class Way>
class ProcessWorker {
 public:
  static constexpr const Info& info = Way::info;
  static constexpr bool can_be_killed = true;
  static constexpr bool has_daemons = true;
  static constexpr bool is_detached = Way::is_detached;
  static constexpr bool is_copy = Way::is_copy;
  static constexpr bool from_one_thread = Way::from_one_thread;

  template <class Argument>
  static ProcessWorker start(std::type_identity_t<WorkerTask<Argument>> task,
                             const Argument& argument, const WorkerOptions& options = {}) {
    return ProcessWorker(job_of<Argument>(task, argument), options);
  }

  ProcessWorker(ProcessWorker&&) noexcept = default;
  ProcessWorker& operator=(ProcessWorker&& other) noexcept {
    if (this != &other) {
      destroy();
      child_ = std::move(other.child_);
      owner_ = other.owner_;
    }
    return *this;
  }
  ~ProcessWorker() { destroy(); }

  bool join(Deadline deadline = never) {
    Child& child = used();
    pollfd entry{.fd = child.pidfd.get(), .events = POLLIN, .revents = 0};
    if (poll_until(std::span(&entry, 1), deadline) == 0) return false;
    auto lock = owner_->lock();
    child.is_joined = child.has_ended();
    return true;
  }

  bool is_alive() {
    Child& child = used();
    auto lock = owner_->lock();
    owner_->reap_ended();
    return !child.ending;
  }
  std::optional<int> exit_code() {
    if (is_alive()) return std::nullopt;
    return child_->ending->exit_code;
  }
  /// Its own and that of the children that it has waited for; none before its end.
  std::chrono::nanoseconds processor_time() {
    if (is_alive()) return {};
    return helpers_time_ + child_->ending->processor_time;
  }

  void terminate() { send(SIGTERM); }
  void kill() { send(SIGKILL); }

  void close() {
    if (is_alive()) {
      throw std::logic_error(describe() + " still runs: join it before it is closed");
    }
    forget();
  }

  pid_t pid() const { return used().pid; }
  int sentinel() const { return used().pidfd.get(); }
  std::string_view name() const { return used().name; }
  bool daemon() const { return used().daemon; }

  static std::vector<pid_t> active_children() {
    Children& children = Children::of_this_process();
    auto lock = children.lock();
    children.reap_ended();
    return children.active();
  }

  /// The process that starts the workers of this one; -1 when none runs.
  static pid_t server() requires requires(Children& children) { Way::server(children); }
  {
    Children& children = Children::of_this_process();
    auto lock = children.lock();
    return Way::server(children);
  }

 private:
  ProcessWorker(const Job& job, const WorkerOptions& options)
      : child_(std::make_unique<Child>()), owner_(&Children::of_this_process()) {
    check_order(info, job, options);
    auto lock = owner_->lock();
    owner_->reap_ended();
    child_->name = options.name;
    child_->daemon = options.daemon;
    Started started = Way::launch(job, options, *owner_);
    child_->pid = started.pid;
    child_->pidfd = std::move(started.pidfd);
    child_->link = std::move(started.link);
    helpers_time_ = started.processor_time;
    owner_->add(*child_);
  }

  std::string describe() const {
    return std::string(info.name) + ": worker '" + child_->name + "' (process " +
           std::to_string(child_->pid) + ")";
  }

  Child& used() const {
    if (!child_) throw std::logic_error(std::string(info.name) + ": the worker has been closed");
    if (owner_->owner() != getpid()) {
      throw std::logic_error(describe() + " was started by process " +
                             std::to_string(owner_->owner()) + ", which alone may use it");
    }
    return *child_;
  }

  void send(int signal) {
    Child& child = used();
    long result = syscall(SYS_pidfd_send_signal, child.pidfd.get(), signal, nullptr, 0);
    if (result == -1 && errno != ESRCH) throw_errno(describe() + ": signal");
  }

  void forget() {
    auto lock = owner_->lock();
    owner_->remove(*child_);
    child_.reset();
  }

  void destroy() {
    if (!child_ || owner_->owner() != getpid()) return;
    if (child_->daemon) kill();
    if (child_->daemon || !is_detached) join();
    forget();
  }

  std::unique_ptr<Child> child_;
  Children* owner_;
  std::chrono::nanoseconds helpers_time_{};
};

}  // namespace handoff::detail
