#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../common/descriptor.hpp"
#include "../common/poll.hpp"
#include "job.hpp"

namespace handoff::detail {

/// What a thread and its handle share.
struct ThreadState {
  std::string name;
  bool daemon = false;
  std::vector<int> descriptors = {};
  Descriptor sentinel = {};
  std::atomic<pid_t> id = -1;  ///< -1: it has not begun
  int exit_code = 0;           ///< written before `has_ended`
  std::chrono::nanoseconds processor_time{};
  std::atomic<bool> has_ended = false;

  void run(const Job& job) {
    id.store(gettid(), std::memory_order_relaxed);  // nothing else is read because of it
    id.notify_all();
    exit_code = exit_code_of(job, {.name = name, .descriptors = descriptors, .parent = -1});
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    processor_time = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    has_ended.store(true, std::memory_order_release);  // after what it tells of
    (void)::eventfd_write(sentinel.get(), 1);          // only now: who sees it asks at once
  }
};

/// The threads of this process that have not been joined.
class ActiveThreads {
 public:
  static ActiveThreads& of_this_process() {
    static auto* one = new ActiveThreads;  // handles may live longer than any static object
    return *one;
  }
  void add(std::shared_ptr<ThreadState> state) {
    std::lock_guard lock(mutex_);
    list_.push_back(std::move(state));
  }
  void remove(const std::shared_ptr<ThreadState>& state) {
    std::lock_guard lock(mutex_);
    std::erase(list_, state);
  }
  std::vector<std::shared_ptr<ThreadState>> all() {
    std::lock_guard lock(mutex_);
    return list_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<ThreadState>> list_;
};

/// A worker that is a thread. `Way` holds it: Way(function) starts it, finish() waits for its end,
/// let_go() leaves it alone.
template <class Way>
class ThreadWorker {
 public:
  static constexpr const Info& info = Way::info;
  static constexpr bool can_be_killed = false;
  static constexpr bool has_daemons = Way::has_daemons;
  static constexpr bool is_detached = false;
  static constexpr bool is_copy = false;
  static constexpr bool from_one_thread = false;

  template <class Argument>
  static ThreadWorker start(std::type_identity_t<WorkerTask<Argument>> task,
                            const Argument& argument, const WorkerOptions& options = {}) {
    check_order(info, job_of<Argument>(task, argument), options);
    if (options.daemon && !has_daemons) {
      throw std::invalid_argument(std::string(info.name) + ": worker '" + options.name +
                                  "' cannot be a daemon: its handle has to wait for it");
    }
    auto state = std::make_shared<ThreadState>();
    state->name = options.name;
    state->daemon = options.daemon;
    state->descriptors = options.descriptors;
    state->sentinel.reset(::eventfd(0, EFD_CLOEXEC));
    if (state->sentinel.get() == -1) throw_errno(std::string(info.name) + ": eventfd");
    // The thread has a copy of the argument: the caller's may be gone before it begins.
    Way way([state, task, argument] { state->run(job_of<Argument>(task, argument)); });
    return ThreadWorker(std::move(state), std::move(way));
  }

  ThreadWorker(ThreadWorker&&) noexcept = default;
  ThreadWorker& operator=(ThreadWorker&& other) noexcept {
    if (this != &other) {
      destroy();
      state_ = std::move(other.state_);
      way_ = std::move(other.way_);
    }
    return *this;
  }
  ~ThreadWorker() { destroy(); }

  bool join(Deadline deadline = never) {
    pollfd entry{.fd = used().sentinel.get(), .events = POLLIN, .revents = 0};
    if (poll_until(std::span(&entry, 1), deadline) == 0) return false;
    finish();
    return true;
  }
  bool is_alive() { return !has_ended(); }
  std::optional<int> exit_code() {
    if (!has_ended()) return std::nullopt;
    return state_->exit_code;
  }
  std::chrono::nanoseconds processor_time() {
    return has_ended() ? state_->processor_time : std::chrono::nanoseconds(0);
  }

  void terminate() { refuse_to_kill(); }
  void kill() { refuse_to_kill(); }

  void close() {
    if (is_alive()) {
      throw std::logic_error(describe() + " still runs: join it before it is closed");
    }
    destroy();
  }

  pid_t pid() const {
    used().id.wait(-1, std::memory_order_relaxed);  // orders nothing but itself
    return state_->id.load(std::memory_order_relaxed);
  }
  int sentinel() const { return used().sentinel.get(); }
  std::string_view name() const { return used().name; }
  bool daemon() const { return used().daemon; }

  static std::vector<pid_t> active_children() {
    std::vector<pid_t> ids;
    for (const auto& state : ActiveThreads::of_this_process().all()) {
      state->id.wait(-1, std::memory_order_relaxed);
      ids.push_back(state->id.load(std::memory_order_relaxed));
    }
    return ids;
  }

 private:
  ThreadWorker(std::shared_ptr<ThreadState> state, Way way)
      : state_(std::move(state)), way_(std::move(way)) {
    ActiveThreads::of_this_process().add(state_);
  }

  ThreadState& used() const {
    if (!state_) throw std::logic_error(std::string(info.name) + ": the worker has been closed");
    return *state_;
  }
  bool has_ended() const { return used().has_ended.load(std::memory_order_acquire); }
  std::string describe() const {
    return std::string(info.name) + ": worker '" + used().name + "' (thread " +
           std::to_string(pid()) + ")";
  }
  [[noreturn]] void refuse_to_kill() const {
    throw std::logic_error(describe() + " cannot be killed: threads end together");
  }

  void finish() {
    way_.finish();
    ActiveThreads::of_this_process().remove(state_);
  }

  void destroy() {
    if (!state_) return;
    if (state_->daemon && !has_ended()) way_.let_go();
    finish();
    state_.reset();
  }

  std::shared_ptr<ThreadState> state_;
  Way way_;
};

}  // namespace handoff::detail
