#include "bench/cpython.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "bench/cpython_row.hpp"
#include "bench/python_process.hpp"

namespace handoff::bench {
namespace {

/// Generous: a slice, its warm-up, and starting processes on a busy machine.
constexpr Clock::duration watchdog = std::chrono::seconds(30);

std::string why_no_python() {
  if (access(HANDOFF_PYTHON, X_OK) == 0) return {};
  return "there is no " HANDOFF_PYTHON;
}

/// What run.py prints: a line each of a name and its numbers.
Outcome parse_outcome(const std::string& text) {
  Outcome outcome;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    if (name == "operations") {
      words >> outcome.operations;
    } else if (name == "seconds") {
      words >> outcome.seconds;
    } else if (name == "ns_per_operation") {
      words >> outcome.ns_per_operation;
    } else if (name == "cpu_ns") {
      words >> outcome.cost.cpu_ns;
    } else if (name == "voluntary") {
      words >> outcome.cost.voluntary_switches;
    } else if (name == "involuntary") {
      words >> outcome.cost.involuntary_switches;
    } else if (name == "further") {
      auto& [what, value] = outcome.further.emplace_back();
      words >> what >> value;
    } else if (name == "samples") {
      for (std::int64_t sample = 0; words >> sample;) outcome.latencies.record(sample);
      continue;  // ends with the words
    } else {
      throw std::runtime_error("CPython printed: " + line);
    }
    if (words.fail()) throw std::runtime_error("CPython printed no number: " + line);
  }
  if (outcome.operations == 0 || outcome.ns_per_operation <= 0) {
    throw std::runtime_error("CPython reported no operation");
  }
  return outcome;
}

Outcome measure_in_python(const std::string& name, const std::vector<int>& cpus,
                          const Settings& settings, const std::vector<std::string>& further) {
  std::string list;
  for (int cpu : cpus) list += (list.empty() ? "" : ",") + std::to_string(cpu);
  std::vector<std::string> arguments{name, list, std::to_string(settings.slice_ns)};
  arguments.insert(arguments.end(), further.begin(), further.end());
  return parse_outcome(run_python(arguments, after(watchdog)));
}

constexpr Info multiprocessing(std::string_view mechanism, std::string_view source) {
  return {.name = "cpython_multiprocessing",
          .mechanism = mechanism,
          .source = source,
          .reach = Reach::processes,
          .unavailable = why_no_python};
}
constexpr Info threading(std::string_view mechanism, std::string_view source) {
  return {.name = "cpython_threading",
          .mechanism = mechanism,
          .source = source,
          .reach = Reach::threads,
          .unavailable = why_no_python};
}
/// How multiprocessing starts processes: its start method.
constexpr Info started_by(std::string_view method, std::string_view mechanism) {
  Info info = multiprocessing(mechanism, "CPython's multiprocessing.Process");
  info.policy = method;
  return info;
}
constexpr Info handling_signals() {
  Info info = multiprocessing(
      "a signal to a process, whose handler counts; the interpreter wakes by a byte",
      "CPython's signal.signal");
  info.policy = "handler";
  return info;
}
constexpr Info futures(std::string_view mechanism, Reach reach, std::string_view policy) {
  return {.name = "cpython_futures",
          .policy = policy,
          .mechanism = mechanism,
          .source = "CPython's concurrent.futures",
          .reach = reach,
          .unavailable = why_no_python};
}
/// What speed-ups of CPython's pools are over.
constexpr Info serial() {
  Info info = threading("the tasks one after the other", "CPython");
  info.name = "cpython_serial";
  return info;
}

struct Row {
  std::string_view family;
  Info info;
  void (*add)(CPythonRow&);
};

constexpr Row rows[] = {
    {"pipe", multiprocessing("a socketpair of bytes", "CPython's multiprocessing.Pipe"),
     add_python_pipes},
    {"queue",
     multiprocessing("pickles through a pipe under locks, a thread that feeds it",
                     "CPython's multiprocessing.Queue"),
     add_python_queues},
    {"queue", threading("a deque under a lock, two conditions", "CPython's queue.Queue"),
     add_python_queues},
    {"value",
     multiprocessing("shared memory under a recursive lock", "CPython's multiprocessing.Value"),
     add_python_values},
    {"value", threading("an integer under a lock", "CPython's threading.Lock"), add_python_values},
    {"lock", multiprocessing("a POSIX semaphore of one permit", "CPython's multiprocessing.Lock"),
     add_python_locks},
    {"lock", threading("a POSIX semaphore, while all share one lock", "CPython's threading.Lock"),
     add_python_locks},
    {"semaphore", multiprocessing("a POSIX semaphore", "CPython's multiprocessing.Semaphore"),
     add_python_semaphores},
    {"semaphore",
     threading("a number under a lock, a lock for each waiter", "CPython's threading.Semaphore"),
     add_python_semaphores},
    {"event",
     multiprocessing("POSIX semaphores: a flag, and those of a condition",
                     "CPython's multiprocessing.Event"),
     add_python_events},
    {"event", threading("a flag under a lock, a lock for each waiter", "CPython's threading.Event"),
     add_python_events},
    {"condition",
     multiprocessing("a recursive lock and three semaphores: waits, sleepers, those who woke",
                     "CPython's multiprocessing.Condition"),
     add_python_conditions},
    {"condition",
     threading("a recursive lock, a lock for each waiter", "CPython's threading.Condition"),
     add_python_conditions},
    {"barrier",
     multiprocessing("a count and a state under a condition", "CPython's multiprocessing.Barrier"),
     add_python_barriers},
    {"barrier", threading("a count and a state under a condition", "CPython's threading.Barrier"),
     add_python_barriers},
    {"process", started_by("fork", "a copy of the whole process"), add_python_processes},
    {"process", started_by("spawn", "a new interpreter, which imports what is to be run"),
     add_python_processes},
    {"process", started_by("forkserver", "a new interpreter that forks at request"),
     add_python_processes},
    {"process", threading("a thread that tells that it runs", "CPython's threading.Thread"),
     add_python_processes},
    {"signal",
     multiprocessing("signals that are waited for, an interval timer, a sentinel that is polled",
                     "CPython's signal and multiprocessing.Process"),
     add_python_signals},
    {"signal", handling_signals(), add_python_signals},
    {"signal",
     threading("signals that are waited for, a thread that sleeps until the time of an alarm",
               "CPython's signal and threading.Timer"),
     add_python_signals},
    {"manager",
     multiprocessing("a process keeps all, pickles over a Unix socket, a thread for each client",
                     "CPython's multiprocessing.Manager"),
     add_python_managers},
    {"pool",
     multiprocessing("forked processes, a pipe under a lock each way",
                     "CPython's multiprocessing.Pool"),
     add_python_pools},
    {"pool", threading("threads, queues", "CPython's multiprocessing.pool.ThreadPool"),
     add_python_pools},
    {"pool", futures("ProcessPoolExecutor", Reach::processes, "processes"), add_python_pools},
    {"pool", futures("ThreadPoolExecutor", Reach::threads, "threads"), add_python_pools},
    {"floor", serial(), add_python_serial},
};

}  // namespace

void CPythonRow::add(const harness::CaseName& name, const harness::Placement& placement,
                     std::size_t bytes, Further further) {
  if (!placement.exists()) return;
  auto measure = [text = harness::to_string(name), cpus = placement.cpus,
                  further](const Settings& settings) {
    return measure_in_python(text, cpus, settings, further());
  };
  cases_.add({.name = name, .cpus = placement.cpus, .bytes = bytes, .measure = measure});
}

void add_cpython(Cases& cases, std::string_view family) {
  for (const Row& row : rows) {
    if (row.family != family) continue;
    cases.add_row(row.info);
    if (!row.info.unavailable().empty()) continue;
    CPythonRow of_row(cases, family, row.info);
    row.add(of_row);
  }
}

}  // namespace handoff::bench
