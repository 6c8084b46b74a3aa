#include "tests/conformance/process_life_checks.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <thread>

#include "impl/common/pidfd.hpp"
#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/play.hpp"
#include "tests/conformance/process_tasks.hpp"

namespace handoff::conformance {
namespace {

enum class Death { killed, exits };

/// Runs `work` in a process that dies as soon as it has returned: no destructor runs.
class Victim {
 public:
  Victim(const std::function<void()>& work, Death death)
      : team_({.peers = Peers::processes, .workers = 1, .work = [work, death](unsigned) {
                 work();
                 if (death == Death::killed) ::raise(SIGKILL);
                 ::_exit(EXIT_SUCCESS);
               }}) {}
  void bury() {
    team_.finish(soon());
    auto kind = team_.fate(0).kind;
    require(kind == harness::Fate::Kind::killed || kind == harness::Fate::Kind::exited,
            "the process that should die " + describe(team_.fate(0)));
  }

 private:
  harness::Team team_;
};

/// Starts a worker that waits for a line and tells its process, and does not wait for it.
void start_and_tell(const ProcessRow& row, const Line& line, const Line& telling, bool daemon) {
  static StartedWorker kept;  // its destructor never runs: its process dies before
  kept = start_waiting(row, line, 0, "left behind", daemon);
  write_number(telling.writing(), kept->pid());
}

/// Says that it runs, and waits for its line.
int tell_and_wait(const Numbers& numbers, const WorkerSelf& self) {
  write_number(self.descriptors[1], 1);
  return wait_for_line(numbers, self);
}

/// Says 1 when it runs, and 2 when its parent has ended, which it waits for so many ns.
int tell_parents_end(const Numbers& numbers, const WorkerSelf& self) {
  write_number(self.descriptors[0], is_readable(self.parent, at_once) ? 2 : 1);
  if (!is_readable(self.parent, after(std::chrono::nanoseconds(numbers[0])))) return EXIT_FAILURE;
  write_number(self.descriptors[0], 2);
  return EXIT_SUCCESS;
}

/// Starts a worker of the row with the number given, whose code is its own.
int start_another(const Numbers& numbers, const WorkerSelf& /*self*/) {
  const ProcessRow& row = *numbered_process_rows()[static_cast<std::size_t>(numbers[0])];
  auto worker = row.start(give_first_number, {numbers[1]}, {});
  require_joined(*worker, "a worker's worker");
  return *worker->exit_code();
}

std::int64_t number_of(const ProcessRow& row) {
  auto& rows = numbered_process_rows();
  return std::find(rows.begin(), rows.end(), &row) - rows.begin();
}

bool is_zombie(pid_t pid) { return state_of(pid, pid) == 'Z'; }

bool has_own_zombies() {
  siginfo_t one{};
  return waitid(P_ALL, 0, &one, WEXITED | WNOHANG | WNOWAIT) == 0 && one.si_pid != 0;
}

}  // namespace

std::vector<const ProcessRow*>& numbered_process_rows() {
  static std::vector<const ProcessRow*> rows;
  return rows;
}

void daemons_end_with_their_parent(const ProcessRow& row, Clock::duration patience) {
  run_alone([&] {
    for (Death death : {Death::killed, Death::exits}) {
      Line line;
      Line telling;
      Line dying;
      Victim victim(
          [&] {
            start_and_tell(row, line, telling, true);
            (void)is_readable(dying.reading(), never);
          },
          death);
      Descriptor daemon = open_pidfd(static_cast<pid_t>(read_number(telling.reading())));
      require(!is_readable(daemon.get(), after(std::chrono::milliseconds(20))),
              "a daemon ended before its parent");
      dying.release();
      victim.bury();
      bool has_ended = is_readable(daemon.get(), after(patience));
      line.release();
      require(has_ended, "a daemon lives on without its parent");
    }
  });
}

void daemons_end_with_their_parent(const ProcessRow& row, Peers) {
  daemons_end_with_their_parent(row, usual_patience);
}

void a_daemon_outlives_the_thread_that_started_it(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    Line telling;
    StartedWorker worker;
    std::thread([&] {
      worker = row.start(tell_and_wait, {6},
                         {.daemon = true, .descriptors = {line.reading(), telling.writing()}});
      (void)read_number(telling.reading());
    }).join();
    require(!worker->join(after(std::chrono::milliseconds(50))),
            "a daemon ended with the thread that started it");
    line.release();
    require_joined(*worker);
    require(worker->exit_code() == 6, "its exit code is another");
  });
}

void what_is_no_daemon_outlives_its_parent(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    Line telling;
    Line dying;
    Victim victim(
        [&] {
          start_and_tell(row, line, telling, false);
          (void)is_readable(dying.reading(), never);
        },
        Death::killed);
    Descriptor worker = open_pidfd(static_cast<pid_t>(read_number(telling.reading())));
    dying.release();
    victim.bury();
    require(!is_readable(worker.get(), after(std::chrono::milliseconds(50))),
            "a worker ended with its parent, and is no daemon");
    line.release();
    require(is_readable(worker.get(), soon()), "a worker never ends");
  });
}

void a_worker_learns_of_its_parents_death(const ProcessRow& row, Clock::duration patience) {
  run_alone([&] {
    Line telling;
    Line dying;
    Victim victim(
        [&] {
          static StartedWorker kept;
          kept = row.start(tell_parents_end, {std::chrono::nanoseconds(patience).count()},
                           {.descriptors = {telling.writing()}});
          (void)is_readable(dying.reading(), never);
        },
        Death::killed);
    require(read_number(telling.reading()) == 1, "a live parent counts as dead");
    dying.release();
    victim.bury();
    require(read_number(telling.reading(), patience) == 2, "a dead parent counts as alive");
  });
}

void a_worker_learns_of_its_parents_death(const ProcessRow& row, Peers) {
  a_worker_learns_of_its_parents_death(row, usual_patience);
}

void workers_start_workers(const ProcessRow& row, Peers) {
  run_alone([&] {
    auto worker = row.start(start_another, {number_of(row), 23}, {});
    require_joined(*worker);
    require(worker->exit_code() == 23, "a worker's worker did not run");
  });
}

void a_handle_is_its_process_s_own(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = start_waiting(row, line);
    run_alone([&] {
      require_raises<std::logic_error>([&] { worker->join(at_once); }, "alone", "use by another");
      worker.reset();  // harmless
      auto own = row.start(give_first_number, {9}, {});
      require_joined(*own);
      require(own->exit_code() == 9, "a forked process cannot start workers of its own");
    });
    require(worker->is_alive(), "another process ended it");
    line.release();
    require_joined(*worker);
  });
}

void a_killed_server_is_started_again(const ProcessRow& row, Peers) {
  run_alone([&] {
    require(row.server() == -1, "a server runs before it is needed");
    Line line;
    auto before = start_waiting(row, line);
    const pid_t first = row.server();
    require(first > 0, "no server runs");
    auto daemon = start_waiting(row, line, 0, "a daemon", true);
    ::kill(first, SIGKILL);
    auto after_it = row.start(give_first_number, {8}, {});
    require_joined(*after_it);
    require(after_it->exit_code() == 8, "it is not started after the server was killed");
    require(row.server() != first && row.server() > 0, "no other server runs");
    require_joined(*daemon, "a daemon of the killed server");
    require(daemon->exit_code() == unknown_exit_code, "nobody could know how it ended");
    require(before->is_alive(), "a worker ended with its server");
    line.release();
    require_joined(*before);
    require(before->exit_code() == unknown_exit_code, "nobody could know how it ended");
  });
}

void a_killed_starter_leaves_nothing(const ProcessRow& row, Clock::duration patience) {
  run_alone([&] {
    auto names = names_in_the_system();
    Line line;
    Line telling;
    Line dying;
    Victim victim(
        [&] {
          start_and_tell(row, line, telling, true);
          write_number(telling.writing(), row.server != nullptr ? row.server() : -1);
          (void)is_readable(dying.reading(), never);
        },
        Death::killed);
    Descriptor worker = open_pidfd(static_cast<pid_t>(read_number(telling.reading())));
    auto server = static_cast<pid_t>(read_number(telling.reading()));
    Descriptor watched = server == -1 ? Descriptor() : open_pidfd(server);
    dying.release();
    victim.bury();
    bool has_ended = is_readable(worker.get(), after(patience));
    line.release();
    require(has_ended, "a daemon is left");
    if (server != -1) require(is_readable(watched.get(), after(patience)), "the server is left");
    require_no_new_names(names, patience);
  });
}

void a_killed_starter_leaves_nothing(const ProcessRow& row, Peers) {
  a_killed_starter_leaves_nothing(row, usual_patience);
}

void workers_that_nobody_joins_leave_no_zombie(const ProcessRow& row, Clock::duration patience) {
  run_alone([&] {
    constexpr int many = 20;
    std::vector<StartedWorker> workers;
    std::vector<pid_t> pids;
    for (int i = 0; i < many; ++i) {
      workers.push_back(row.start(give_first_number, {i}, {}));
      pids.push_back(workers.back()->pid());
    }
    for (auto& worker : workers) require(is_readable(worker->sentinel(), soon()), "it hangs");
    auto any_zombie = [&] {
      return has_own_zombies() || std::any_of(pids.begin(), pids.end(), is_zombie);
    };
    // To start another one is enough.
    auto last = row.start(give_first_number, {1}, {});
    require_joined(*last);
    Deadline end = after(patience);
    while (any_zombie() && Clock::now() < end) std::this_thread::yield();
    require(!any_zombie(), "zombies of workers that nobody has joined are left");
    require(workers[7]->exit_code() == 7, "an exit code was lost when it was reaped");
    workers.push_back(row.start(give_first_number, {0}, {}));
    require(is_readable(workers.back()->sentinel(), soon()), "it hangs");
    workers.clear();
    require(!has_own_zombies(), "a zombie without a handle is left");
  });
}

void workers_that_nobody_joins_leave_no_zombie(const ProcessRow& row, Peers) {
  workers_that_nobody_joins_leave_no_zombie(row, usual_patience);
}

void other_threads_are_refused(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    {
      std::jthread other([&] { (void)is_readable(line.reading(), never); });
      ReleasedInTheEnd released(line);
      require_raises<std::logic_error>([&] { row.start(give_first_number, {0}, {}); }, "2 threads",
                                       "a start beside another thread");
    }
    require_joined(*row.start(give_first_number, {0}, {}));
  });
}

}  // namespace handoff::conformance
