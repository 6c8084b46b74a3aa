#include "tests/conformance/process_checks.hpp"

#include <signal.h>
#include <sys/time.h>

#include <algorithm>
#include <thread>

#include "tests/conformance/process_tasks.hpp"

namespace handoff::conformance {
namespace {

bool is_listed(const ProcessRow& row, pid_t pid) {
  auto active = row.active_children();
  return std::find(active.begin(), active.end(), pid) != active.end();
}

int raise_signal(const Numbers& numbers, const WorkerSelf& /*self*/) {
  ::raise(static_cast<int>(numbers[0]));
  return EXIT_SUCCESS;
}

}  // namespace

void has_no_exit_code_before_it_has_ended(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = start_waiting(row, line, 7);
    require(!worker->exit_code() && worker->is_alive(), "it counts as ended while it runs");
    line.release();
    require_joined(*worker);
    require(worker->exit_code() == 7 && !worker->is_alive(), "its exit code is another");
  });
}

void a_killed_worker_shows_minus_the_signal(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto terminated = start_waiting(row, line);
    auto killed = start_waiting(row, line);
    terminated->terminate();
    killed->kill();
    require_joined(*terminated);
    require_joined(*killed);
    require(terminated->exit_code() == -SIGTERM, "terminate does not show as SIGTERM");
    require(killed->exit_code() == -SIGKILL, "kill does not show as SIGKILL");
    killed->kill();  // too late, which is no error
    terminated->terminate();
  });
}

void what_cannot_be_killed_says_so(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = start_waiting(row, line, 3);
    {
      ReleasedInTheEnd released(line);
      require_raises<std::logic_error>([&] { worker->kill(); }, "waiting", "kill");
      require_raises<std::logic_error>([&] { worker->terminate(); }, "waiting", "terminate");
    }
    require_joined(*worker);
    require(worker->exit_code() == 3, "it did not go on");
  });
}

void join_without_time_returns_at_once(const ProcessRow& row, Peers) {
  run_alone(
      [&] {
        Line line;
        auto worker = start_waiting(row, line);
        for (Deadline passed : {at_once, after(std::chrono::seconds(-5)), Clock::now()}) {
          require(!worker->join(passed), "join says that a live worker has ended");
        }
        line.release();
        while (!worker->join(at_once)) std::this_thread::yield();
      },
      usual_watchdog / 2);
}

void join_waits_its_time_and_no_longer(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = start_waiting(row, line);
    constexpr auto time = std::chrono::milliseconds(50);
    auto begin = Clock::now();
    require(!worker->join(after(time)), "join says that a live worker has ended");
    require(Clock::now() - begin >= time, "join gave up before its time");
    line.release();
    require_joined(*worker);
  });
}

void join_may_be_repeated(const ProcessRow& row, Peers) {
  run_alone([&] {
    auto worker = row.start(give_first_number, {5}, {});
    require_joined(*worker);
    for (Deadline deadline : {never, at_once, soon()}) {
      require(worker->join(deadline), "a second join does not see the end");
    }
    require(worker->exit_code() == 5, "its exit code has changed");
  });
}

void closing_a_live_worker_raises_and_so_does_later_use(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto worker = start_waiting(row, line);
    require_raises<std::logic_error>([&] { worker->close(); }, "waiting", "closing a live worker");
    line.release();
    require_joined(*worker);
    worker->close();
    const std::function<void()> uses[] = {
        [&] { worker->join(at_once); }, [&] { (void)worker->is_alive(); },
        [&] { worker->exit_code(); },   [&] { worker->kill(); },
        [&] { (void)worker->pid(); },   [&] { (void)worker->sentinel(); },
        [&] { worker->close(); },
    };
    for (const auto& use : uses) require_raises<std::logic_error>(use, "closed", "later use");
  });
}

void the_sentinel_becomes_ready_when_the_worker_ends(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line told;
    Line telling;
    auto worker = start_waiting(row, told);
    auto tells = row.start(tell_name, {1, 0, 0, 2},
                           {.name = "a name of its own", .descriptors = {telling.writing()}});
    std::array entries = {pollfd{worker->sentinel(), POLLIN, 0},
                          pollfd{telling.reading(), POLLIN, 0}};
    require(poll_until(entries, soon()) > 0, "neither sentinel nor pipe becomes ready");
    require(entries[0].revents == 0 && entries[1].revents != 0,
            "a live worker's sentinel is ready");
    require(read_number(telling.reading()) == 3, "the pipe brings another number");
    require(!is_readable(worker->sentinel(), after(std::chrono::milliseconds(20))),
            "a live worker's sentinel is ready");
    told.release();
    require(is_readable(worker->sentinel(), soon()), "the sentinel does not become ready");
    require(!worker->is_alive() && worker->exit_code(), "the sentinel was ready too early");
    require_joined(*worker);
    require(is_readable(worker->sentinel(), at_once), "the sentinel is not ready after join");
    require_joined(*tells);
    require(tells->exit_code() == EXIT_SUCCESS, "it did not know its name");
  });
}

void children_are_active_from_start_to_join(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    auto first = start_waiting(row, line);
    auto second = start_waiting(row, line);
    require(first->pid() != second->pid(), "two workers have one id");
    require(is_listed(row, first->pid()) && is_listed(row, second->pid()), "a live one is missing");
    line.release();
    require(is_readable(first->sentinel(), soon()), "it does not end");
    require(is_listed(row, first->pid()), "one that nobody has joined is missing");
    require_joined(*first);
    require(!is_listed(row, first->pid()), "one that has been joined is listed");
    require(is_listed(row, second->pid()), "one that nobody has joined is missing");
    require_joined(*second);
    require(row.active_children().empty(), "joined ones are listed");
  });
}

void a_hundred_at_once_start_and_end(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    std::vector<StartedWorker> workers;
    for (int i = 0; i < 100; ++i) workers.push_back(start_waiting(row, line, i));
    for (auto& worker : workers) require(worker->is_alive(), "one has ended before its time");
    line.release();
    for (int i = 0; i < 100; ++i) {
      AnyWorker& worker = *workers[static_cast<std::size_t>(i)];
      require_joined(worker, "worker " + std::to_string(i));
      require(worker.exit_code() == i, "two exit codes were mixed up");
    }
  });
}

void a_hundred_just_started_ones_are_terminated(const ProcessRow& row, Peers) {
  run_alone([&] {
    Line line;
    std::vector<StartedWorker> workers;
    for (int i = 0; i < 100; ++i) {
      workers.push_back(start_waiting(row, line));
      workers.back()->terminate();
    }
    for (auto& worker : workers) {
      require_joined(*worker);
      require(worker->exit_code() == -SIGTERM, "one was not terminated");
    }
  });
}

void exit_codes_and_deaths_are_told_apart(const ProcessRow& row, Peers) {
  run_alone([&] {
    for (int code : {0, 1, 255, 256 + 9}) {
      auto worker = row.start(give_first_number, {code}, {});
      require_joined(*worker);
      require(worker->exit_code() == code % 256, "exit code " + std::to_string(code) + " is lost");
    }
    if (!row.can_be_killed) return;
    for (int signal : {SIGKILL, SIGTERM, SIGUSR1}) {
      auto worker = row.start(raise_signal, {signal}, {});
      require_joined(*worker);
      require(worker->exit_code() == -signal, "signal " + std::to_string(signal) + " is lost");
    }
  });
}

void join_goes_on_after_interrupted_calls(const ProcessRow& row, Peers) {
  run_alone([&] {
    static volatile sig_atomic_t interruptions;
    interruptions = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interruptions = interruptions + 1; };  // without SA_RESTART
    require(sigaction(SIGALRM, &action, nullptr) == 0, "no handler");
    const itimerval often{.it_interval = {0, 2000}, .it_value = {0, 2000}};
    require(setitimer(ITIMER_REAL, &often, nullptr) == 0, "no timer");
    Line line;
    // A worker that is a thread starts with them blocked, so that each comes to the one that joins.
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
    auto worker = start_waiting(row, line, 4);
    pthread_sigmask(SIG_UNBLOCK, &alarms, nullptr);
    constexpr auto time = std::chrono::milliseconds(100);
    auto begin = Clock::now();
    require(!worker->join(after(time)), "join says that a live worker has ended");
    require(interruptions > 0, "nothing was interrupted");
    require(Clock::now() - begin >= time, "a signal ended join");
    line.release();
    require_joined(*worker);
    require(worker->exit_code() == 4, "its exit code is another");
    setitimer(ITIMER_REAL, std::array{itimerval{}}.data(), nullptr);
  });
}

}  // namespace handoff::conformance
