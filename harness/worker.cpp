#include "harness/worker.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <thread>

#include "impl/common/pidfd.hpp"
#include "impl/common/poll.hpp"

namespace handoff::harness {
namespace {

using Kind = Fate::Kind;
constexpr std::size_t message_bytes = 480;

void end_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(EXIT_FAILURE);  // it died before the line above
}

}  // namespace

std::string describe(const Fate& fate) {
  switch (fate.kind) {
    case Kind::running: return "is running";
    case Kind::finished: return "finished";
    case Kind::threw: return "threw: " + fate.message;
    case Kind::exited: return "exited with status " + std::to_string(fate.code);
    case Kind::killed:
      return "was killed by signal " + std::to_string(fate.code) + " (" + strsignal(fate.code) +
             ")";
    case Kind::hung: return "hung and was killed";
    case Kind::stopped: return "was stopped";
  }
  return "?";
}

/// What a worker leaves in shared memory about its end.
struct Team::Slot {
  std::atomic<Kind> kind{Kind::running};
  std::atomic<int> code{0};
  char message[message_bytes]{};

  void set(Kind end, int end_code = 0) {
    code.store(end_code, std::memory_order_relaxed);
    kind.store(end, std::memory_order_release);  // after the message and the code
  }
};

Team::Team(const TeamPlan& plan)
    : peers_(plan.peers),
      workers_(plan.workers),
      bell_(plan.bell),
      slots_memory_(Region::shared(sizeof(Slot) * plan.workers)),
      slots_(reinterpret_cast<Slot*>(slots_memory_.data())) {
  for (unsigned i = 0; i < workers_; ++i) new (&slots_[i]) Slot;
  start(plan);
}

Team::~Team() { kill(); }

void Team::start(const TeamPlan& plan) {
  std::size_t processes = peers_ == Peers::processes ? workers_ : 1;
  pid_t parent = getpid();
  std::fflush(nullptr);  // else a child that dies by abort could print our buffered output again
  for (std::size_t i = 0; i < processes; ++i) {
    pid_t pid = fork();
    if (pid == -1) {
      int why = errno;
      kill();
      errno = why;
      throw_errno("fork of worker " + std::to_string(i));
    }
    if (pid == 0) {
      end_with_parent(parent);
      if (peers_ == Peers::processes) {
        run_slot(plan, static_cast<unsigned>(i));
      } else {
        run_threads(plan);
      }
      _exit(EXIT_SUCCESS);
    }
    children_.push_back({.pid = pid, .pidfd = {}});
    try {
      children_.back().pidfd = open_pidfd(pid);
    } catch (...) {
      kill();
      throw;
    }
  }
}

void Team::run_threads(const TeamPlan& plan) {
  try {
    plan.before();
  } catch (const std::exception& error) {
    std::snprintf(slots_[0].message, message_bytes, "%s", error.what());
    slots_[0].set(Kind::threw);
    _exit(EXIT_FAILURE);
  }
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < workers_; ++i) {
    threads.emplace_back([this, &plan, i] { run_slot(plan, i); });
  }
  for (std::thread& thread : threads) thread.join();
  plan.after();
}

void Team::run_slot(const TeamPlan& plan, unsigned worker) {
  Slot& slot = slots_[worker];
  try {
    plan.work(worker);
    slot.set(Kind::finished);
  } catch (const std::exception& error) {
    std::snprintf(slot.message, message_bytes, "%s", error.what());
    slot.set(Kind::threw);
  }
  bell_->ring();
}

void Team::record_end(std::size_t child, int status) {
  auto first = static_cast<unsigned>(peers_ == Peers::processes ? child : 0);
  auto last = peers_ == Peers::processes ? first + 1 : workers_;
  for (unsigned i = first; i < last; ++i) {
    if (slots_[i].kind.load(std::memory_order_acquire) != Kind::running) continue;
    if (WIFSIGNALED(status)) {
      slots_[i].set(Kind::killed, WTERMSIG(status));
    } else {
      slots_[i].set(Kind::exited, WEXITSTATUS(status));
    }
  }
}

void Team::reap(bool wait) {
  for (std::size_t i = 0; i < children_.size(); ++i) {
    Child& child = children_[i];
    if (child.reaped) continue;
    int status = 0;
    pid_t ended = 0;
    do {
      ended = waitpid(child.pid, &status, wait ? 0 : WNOHANG);
    } while (ended == -1 && errno == EINTR);
    if (ended == 0) continue;
    child.reaped = true;
    child.pidfd.reset();
    record_end(i, status);
  }
}

bool Team::all_reaped() const {
  return std::all_of(children_.begin(), children_.end(), [](const Child& c) { return c.reaped; });
}

std::optional<unsigned> Team::failed() {
  reap(false);
  for (unsigned i = 0; i < workers_; ++i) {
    Kind kind = slots_[i].kind.load(std::memory_order_acquire);
    if (kind != Kind::running && kind != Kind::finished) return i;
  }
  return std::nullopt;
}

void Team::mark_running_as(Kind kind) {
  for (unsigned i = 0; i < workers_; ++i) {
    if (slots_[i].kind.load(std::memory_order_acquire) == Kind::running) slots_[i].set(kind);
  }
}

void Team::wait(Deadline deadline) {
  std::vector<pollfd> events{{bell_->descriptor(), POLLIN, 0}};
  for (const Child& child : children_) {
    if (!child.reaped) events.push_back({child.pidfd.get(), POLLIN, 0});
  }
  poll_until(events, deadline);
  bell_->reset();
}

void Team::finish(Deadline deadline) {
  while (!failed() && !all_reaped() && Clock::now() < deadline) wait(deadline);
  if (!failed()) mark_running_as(Kind::hung);
  kill();
}

void Team::kill() {
  reap(false);  // whoever has died by itself is not counted as stopped
  mark_running_as(Kind::stopped);
  for (const Child& child : children_) {
    if (!child.reaped) ::kill(child.pid, SIGKILL);
  }
  reap(true);
}

Fate Team::fate(unsigned worker) const {
  const Slot& slot = slots_[worker];
  Fate fate;
  fate.kind = slot.kind.load(std::memory_order_acquire);
  fate.code = slot.code.load(std::memory_order_relaxed);
  fate.message = slot.message;
  return fate;
}

pid_t Team::process(unsigned worker) const {
  return children_[peers_ == Peers::processes ? worker : 0].pid;
}

}  // namespace handoff::harness
