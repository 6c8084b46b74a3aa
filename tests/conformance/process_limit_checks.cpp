#include "tests/conformance/process_limit_checks.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/conformance/leftovers.hpp"
#include "tests/conformance/process_tasks.hpp"
#include "tests/conformance/slowness.hpp"
#include "tests/conformance/system_calls.hpp"

namespace handoff::conformance {
namespace {

rlim_t limit_of(__rlimit_resource resource) {
  rlimit limit{};
  require(::getrlimit(resource, &limit) == 0, "a limit cannot be read");
  return limit.rlim_cur;
}

void set_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = value;
  require(::setrlimit(resource, &limit) == 0, "a limit cannot be set");
}

/// Tries to start one under a limit; whether it was started. When it raised, nobody holds the line
/// that it was to have.
bool starts_or_leaves_nothing(const ProcessRow& row, __rlimit_resource resource, rlim_t limit,
                              Clock::duration patience = usual_patience) {
  Line line;
  const rlim_t before = limit_of(resource);
  StartedWorker worker;
  set_limit(resource, limit);
  try {
    worker = row.start(wait_for_line, {2}, {.descriptors = {line.reading(), line.writing()}});
  } catch (const std::system_error&) {
  }
  set_limit(resource, before);
  if (worker) {
    line.release();
    require_joined(*worker);
    require(worker->exit_code() == 2, "it was started, but not rightly");
    return true;
  }
  line.hang_up();
  require(is_readable(line.reading(), after(patience)), "a start that raised has left a worker");
  require(row.active_children().empty(), "a start that raised has left a child in the list");
  siginfo_t zombie{};
  bool any = waitid(P_ALL, 0, &zombie, WEXITED | WNOHANG | WNOWAIT) == 0 && zombie.si_pid != 0;
  require(!any, "a start that raised has left a zombie");
  return false;
}

/// In place of every descriptor that is free below the highest one that is in use.
std::vector<Descriptor> fill_descriptors() {
  constexpr int room = 64;
  std::vector<Descriptor> fillers;
  Descriptor top(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, room));
  while (fillers.empty() || fillers.back().get() < top.get()) {
    fillers.emplace_back(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  }
  return fillers;
}

}  // namespace

std::string why_no_descriptor_limit() {
  return address_sanitized ? "the sanitizer looks at objects through a pipe" : "";
}

void a_start_without_descriptors_left_raises_and_leaves_nothing(const ProcessRow& row,
                                                                Clock::duration patience) {
  run_alone([&] {
    for (bool is_first : {true, false}) {  // with what is made only once, and without
      auto fillers = fill_descriptors();
      const auto lowest = static_cast<rlim_t>(fillers.back().get()) + 1;
      bool started = false;
      constexpr rlim_t enough = 24;
      for (rlim_t room = 2; !started && room < enough; ++room) {  // two are the line's
        started = starts_or_leaves_nothing(row, RLIMIT_NOFILE, lowest + room, patience);
        auto before = open_descriptors();
        started |= starts_or_leaves_nothing(row, RLIMIT_NOFILE, lowest + room, patience);
        require(started || open_descriptors() == before, "a start that raised left descriptors");
      }
      require(started, "no worker is started with enough descriptors");
      if (is_first) require_joined(*row.start(give_first_number, {}, {}));
    }
  });
}

void a_start_without_descriptors_left_raises_and_leaves_nothing(const ProcessRow& row, Peers) {
  a_start_without_descriptors_left_raises_and_leaves_nothing(row, usual_patience);
}

void a_start_without_processes_left_raises_and_leaves_nothing(const ProcessRow& row, Peers) {
  run_alone([&] {
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0) {  // whom the limit does not hold for
      require(::setresuid(nobody, nobody, nobody) == 0, "cannot become another user");
      ::prctl(PR_SET_DUMPABLE, 1);         // else it may not look into its own folder of /proc
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // forgotten with the user
    }
    require(!starts_or_leaves_nothing(row, RLIMIT_NPROC, 0), "the limit does not hold");
    auto before = open_descriptors();
    require(!starts_or_leaves_nothing(row, RLIMIT_NPROC, 0), "the limit does not hold");
    require(open_descriptors() == before, "a start that raised left descriptors");
    // The second or the third process is the one too many, where there are so many.
    if (address_sanitized) return;  // which starts a process itself, at the end of a program
    for (rlim_t processes = 2; processes <= 4; ++processes) {
      (void)starts_or_leaves_nothing(row, RLIMIT_NPROC, processes);
    }
  });
}

void many_workers_one_after_the_other_leak_nothing(const ProcessRow& row, Peers peers) {
  run_alone([&] {
    auto cycle = [&] { require_joined(*row.start(give_first_number, {1}, {})); };
    for (int n = 0; n < 20; ++n) cycle();
    auto descriptors = open_descriptors();
    auto names = names_in_the_system();
    auto kilobytes = [] {
      rusage usage{};
      getrusage(RUSAGE_SELF, &usage);
      return usage.ru_maxrss;
    };
    auto memory = kilobytes();
    // Sanitizers keep for a while what a thread has had.
    const int cycles = peers == Peers::threads && !sanitized ? 10'000 : 300;
    for (int n = 0; n < cycles; ++n) cycle();
    require(open_descriptors() == descriptors, "descriptors are left open");
    constexpr long slack = 8 * 1024;  // of allocators and sanitizers
    require(kilobytes() < memory + slack, "memory is left");
    require_no_new_names(names, names_patience);
  });
}

void it_makes_as_many_system_calls_as_it_claims(const ProcessRow& row, Peers) {
  constexpr int workers = 40;
  auto count = count_system_calls([&](const std::function<void()>& mark) {
    auto pass = [&] {
      for (int n = 0; n < workers; ++n) row.start(give_first_number, {n}, {})->join(never);
    };
    pass();  // what is made with the first ones
    mark();
    pass();
    mark();
  });
  double found = static_cast<double>(count) / workers;
  double claimed = row.info.syscalls_per_message;
  require(found >= claimed / 2 && found <= claimed * 2, "a worker takes " + std::to_string(found) +
                                                            " system calls, not about " +
                                                            std::to_string(claimed));
}

}  // namespace handoff::conformance
