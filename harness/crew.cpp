#include "harness/crew.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "harness/clock.hpp"
#include "harness/placement.hpp"
#include "impl/common/cpu.hpp"
#include "impl/common/futex.hpp"

namespace handoff::harness {
namespace {

constexpr std::uint64_t stop = 0;  // a phase of no operations ends the worker

/// Pins the calling thread, and gives it its CPUs back: pages touched meanwhile lie near `cpu`.
class PinnedMeanwhile {
 public:
  explicit PinnedMeanwhile(int cpu) {
    if (sched_getaffinity(0, sizeof(before_), &before_) == -1) throw_errno("sched_getaffinity");
    pin_this_thread(cpu);
  }
  ~PinnedMeanwhile() { sched_setaffinity(0, sizeof(before_), &before_); }
  PinnedMeanwhile(const PinnedMeanwhile&) = delete;
  PinnedMeanwhile& operator=(const PinnedMeanwhile&) = delete;

 private:
  cpu_set_t before_{};
};

/// Without the threads of this process.
std::vector<pid_t> other_processes(std::vector<pid_t> ids) {
  ids.erase(std::remove_if(ids.begin(), ids.end(), is_thread_of_this_process), ids.end());
  return ids;
}

Cost cost_of_all(const std::vector<pid_t>& ids) {
  Cost sum;
  for (pid_t id : ids) sum += cost_of(id);
  return sum;
}

std::int64_t migrations_of_all(const std::vector<pid_t>& ids) {
  std::int64_t sum = 0;
  for (pid_t id : ids) sum += std::max<std::int64_t>(migrations_of(id), 0);
  return sum;
}

}  // namespace

/// The start gate. A line each for what the parent writes and what the workers write.
struct Crew::Control {
  alignas(isolation) std::atomic<std::uint32_t> phase{0};
  std::uint64_t count = 0;  // written before `phase` opens the gate
  alignas(isolation) std::atomic<std::uint32_t> arrived{0};
  std::atomic<std::uint32_t> done{0};
};

/// Where one worker reports; isolated, so that no two workers share a line.
struct alignas(isolation) Crew::Desk {
  pid_t id = 0;
  std::atomic<std::uint32_t> steps{0};  // gates reached and phases done: who hangs has fewest
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  Cost own_cost;        // of the phase; a worker process's is that of all its threads
  Cost others_cost;     // of the processes that work on its behalf
  Cost process_before;  // of its whole process, at the start and the end of the phase
  Cost process_after;
  bool has_helpers = false;  // threads in its process that are no workers
  std::int64_t migrations = 0;
  Report report;
  alignas(isolation) LatencyRecorder recorder;
};

Crew::Crew(CrewPlan plan)
    : plan_(std::move(plan)),
      memory_(Region::shared(sizeof(Control) + plan_.cpus.size() * sizeof(Desk))),
      bell_(std::make_shared<Bell>()),
      control_(new (memory_.data()) Control),
      desks_(reinterpret_cast<Desk*>(memory_.data() + sizeof(Control))) {
  static_assert(sizeof(Control) % alignof(Desk) == 0);
  auto workers = static_cast<unsigned>(plan_.cpus.size());
  for (unsigned i = 0; i < workers; ++i) new (&desks_[i]) Desk;
  bool processes = plan_.peers == Peers::processes;
  if (processes) construct_object();
  try {
    team_ = std::make_unique<Team>(TeamPlan{.peers = plan_.peers,
                                            .workers = workers,
                                            .work = [this](unsigned worker) { work(worker); },
                                            .before = [this] { construct_object(); },
                                            .after = [this] { destroy_object(); },
                                            .bell = bell_});
    if (processes) plan_.program.started(object_memory_->data());
    wait_until_all(control_->arrived, "getting ready");
    std::vector<pid_t> ids = worker_ids();
    if (std::set<pid_t>(ids.begin(), ids.end()).size() != ids.size()) {
      throw CrewError("two ends ran in one worker");
    }
  } catch (...) {
    team_.reset();
    destroy_object();
    throw;
  }
}

Crew::~Crew() {
  team_.reset();
  destroy_object();
}

void Crew::construct_object() {
  PinnedMeanwhile pinned(plan_.cpus.front());
  auto bytes = plan_.program.object_bytes;
  object_memory_ = std::make_unique<Region>(
      plan_.peers == Peers::processes ? Region::shared(bytes) : Region::private_memory(bytes));
  plan_.program.construct(object_memory_->data());
  object_lives_ = true;
}

void Crew::destroy_object() {
  if (!object_lives_) return;
  object_lives_ = false;
  plan_.program.destroy(object_memory_->data());
}

void Crew::work(unsigned worker) {
  Desk& desk = desks_[worker];
  pin_this_thread(plan_.cpus[worker]);
  desk.id = gettid();
  Seat seat{.worker = worker, .recorder = desk.recorder, .report = desk.report, .also_account = {}};
  Body body = plan_.program.join(object_memory_->data(), seat);
  const std::vector<pid_t> others = other_processes(seat.also_account);
  const bool is_process = plan_.peers == Peers::processes;
  const std::size_t known_threads = plan_.cpus.size() + 1;  // one started the others
  std::vector<pid_t> all_ids = seat.also_account;
  all_ids.push_back(desk.id);
  for (std::uint32_t phase = 0;; ++phase) {
    std::int64_t migrations = migrations_of_all(all_ids);
    Cost others_before = cost_of_all(others);
    desk.has_helpers = !is_process && threads_of_this_process() > known_threads;
    desk.steps.fetch_add(1, std::memory_order_relaxed);  // a hint: orders nothing
    count_in(control_->arrived);
    // acquire: `count` is read after the gate has opened.
    while (control_->phase.load(std::memory_order_acquire) == phase) {
      futex_wait(control_->phase, phase);
    }
    if (control_->count == stop) return;
    desk.recorder.clear();  // only now: until the gate opened, the parent may have been reading
    desk.report = {};
    desk.process_before = cost_of_this_process();
    Cost own = cost_of_this_thread();
    desk.begin_ns = now_ns();
    body(control_->count);
    desk.end_ns = now_ns();
    desk.own_cost = cost_of_this_thread() - own;
    desk.process_after = cost_of_this_process();
    if (is_process) desk.own_cost = desk.process_after - desk.process_before;
    desk.others_cost = cost_of_all(others) - others_before;
    desk.others_cost += desk.report.cost_of_ended;
    desk.migrations = migrations_of_all(all_ids) - migrations;
    seat.afterwards();
    desk.steps.fetch_add(1, std::memory_order_relaxed);
    count_in(control_->done);
  }
}

void Crew::count_in(std::atomic<std::uint32_t>& word) {
  // release: the parent reads the desks after it has seen all workers counted.
  if (word.fetch_add(1, std::memory_order_release) + 1 == plan_.cpus.size()) bell_->ring();
}

void Crew::raise(unsigned worker, const char* when) {
  throw CrewError("worker " + std::to_string(worker) + " " + describe(team_->fate(worker)) +
                  " while " + when);
}

void Crew::wait_until_all(std::atomic<std::uint32_t>& word, const char* what) {
  Deadline watchdog = after(plan_.watchdog);
  // acquire: what the workers wrote on their desks is read after their count.
  while (word.load(std::memory_order_acquire) != plan_.cpus.size()) {
    if (auto worker = team_->failed()) raise(*worker, what);
    if (Clock::now() < watchdog) {
      team_->wait(watchdog);
      continue;
    }
    team_->finish(at_once);
    // All who still ran count as hung, but the rest only waited for the one furthest behind.
    Desk* behind = std::min_element(desks_, desks_ + plan_.cpus.size(),
                                    [](const Desk& a, const Desk& b) { return a.steps < b.steps; });
    raise(static_cast<unsigned>(behind - desks_), what);
  }
}

Cost Crew::cost_of_phase() const {
  Cost workers;
  Cost others;
  bool has_helpers = false;
  Cost before = desks_[0].process_before;
  Cost after = desks_[0].process_after;
  for (unsigned i = 0; i < plan_.cpus.size(); ++i) {
    const Desk& desk = desks_[i];
    workers += desk.own_cost;
    others += desk.others_cost;
    has_helpers |= desk.has_helpers;
    if (desk.process_before.cpu_ns < before.cpu_ns) before = desk.process_before;
    if (desk.process_after.cpu_ns > after.cpu_ns) after = desk.process_after;
  }
  // A library's own threads are seen only in the sum over the process, which also holds what the
  // workers spend around their phase: some microseconds.
  Cost cost = has_helpers ? after - before : workers;
  return cost += others;
}

PhaseResult Crew::run(std::uint64_t count) {
  wait_until_all(control_->arrived, "getting ready");
  control_->arrived.store(0, std::memory_order_relaxed);
  control_->done.store(0, std::memory_order_relaxed);
  control_->count = count;
  control_->phase.fetch_add(1, std::memory_order_release);
  futex_wake(control_->phase);
  wait_until_all(control_->done, "being measured");

  PhaseResult result;
  std::uint64_t balance = 0;
  std::int64_t begin = desks_[0].begin_ns;
  std::int64_t end = desks_[0].end_ns;
  for (unsigned i = 0; i < plan_.cpus.size(); ++i) {
    begin = std::min(begin, desks_[i].begin_ns);
    end = std::max(end, desks_[i].end_ns);
    result.migrations += desks_[i].migrations;
    result.operations += desks_[i].report.operations;
    result.operations_of_each.push_back(desks_[i].report.operations);
    balance += desks_[i].report.balance;
  }
  if (balance != 0) throw CrewError("what was received is not what was sent: checksums differ");
  result.cost = cost_of_phase();
  result.mean_ns = desks_[0].report.mean_ns;
  result.elapsed_ns = end - begin;
  return result;
}

void Crew::finish() {
  wait_until_all(control_->arrived, "getting ready");
  control_->count = stop;
  control_->phase.fetch_add(1, std::memory_order_release);
  futex_wake(control_->phase);
  team_->finish(after(plan_.watchdog));
  for (unsigned i = 0; i < plan_.cpus.size(); ++i) {
    if (team_->fate(i).kind != Fate::Kind::finished) raise(i, "ending");
  }
}

const LatencyRecorder& Crew::recorder(unsigned worker) const { return desks_[worker].recorder; }

std::vector<pid_t> Crew::worker_ids() const {
  std::vector<pid_t> ids;
  for (unsigned i = 0; i < plan_.cpus.size(); ++i) ids.push_back(desks_[i].id);
  return ids;
}

}  // namespace handoff::harness
