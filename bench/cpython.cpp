#include "bench/cpython.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

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
                          const Settings& settings) {
  std::string list;
  for (int cpu : cpus) list += (list.empty() ? "" : ",") + std::to_string(cpu);
  return parse_outcome(
      run_python({name, list, std::to_string(settings.slice_ns)}, after(watchdog)));
}

/// The cases of one row; its family is the binary's.
class RowCases {
 public:
  RowCases(Cases& cases, std::string_view family, const Info& info)
      : cases_(cases), family_(family), info_(info) {}

  harness::CaseName name(const char* scenario, Peers peers, const harness::Placement& placement) {
    harness::CaseName name{std::string(family_), row_name(info_), scenario, {}};
    name.with("peers", to_string(peers)).with("place", to_string(placement.place));
    return name;
  }
  void add(const harness::CaseName& name, const harness::Placement& placement,
           std::size_t bytes = 0) {
    if (!placement.exists()) return;
    auto measure = [text = harness::to_string(name), cpus = placement.cpus](const Settings& s) {
      return measure_in_python(text, cpus, s);
    };
    cases_.add({.name = name, .cpus = placement.cpus, .bytes = bytes, .measure = measure});
  }

  /// The kind of peers that this row is for: CPython has another class for the other.
  Peers peers() const {
    return reaches(info_, Peers::processes) ? Peers::processes : Peers::threads;
  }
  const Info& info() const { return info_; }
  const Cases& all() const { return cases_; }
  harness::Placement compact(unsigned workers) const {
    return cases_.place(harness::Place::compact, workers);
  }

 private:
  Cases& cases_;
  std::string_view family_;
  const Info& info_;
};

void add_pipes(RowCases& row) {
  for (const harness::Placement& pair : row.all().pairs()) {
    for (std::size_t bytes : {8U, 16384U, 1048576U}) {
      for (const char* scenario : {"ping_pong", "stream"}) {
        row.add(row.name(scenario, row.peers(), pair).with("size", bytes), pair, bytes);
      }
    }
  }
}

void add_queues(RowCases& row) {
  constexpr std::size_t bytes = 8;
  constexpr std::size_t capacity = 1024;
  auto add = [&](const char* scenario, std::size_t producers, std::size_t consumers,
                 const harness::Placement& placement) {
    auto name = row.name(scenario, row.peers(), placement);
    name.with("producers", producers).with("consumers", consumers);
    row.add(name.with("size", bytes).with("capacity", capacity), placement, bytes);
  };
  for (const harness::Placement& pair : row.all().pairs()) {
    add("ping_pong", 1, 1, pair);
    add("stream", 1, 1, pair);
  }
  add("stream", 4, 4, row.compact(8));
}

void add_values(RowCases& row) {
  constexpr std::size_t bytes = 8;
  for (unsigned workers : {1U, 2U, 4U}) {
    auto placement = row.compact(workers);
    auto name = row.name("add", row.peers(), placement);
    row.add(name.with("workers", std::size_t{workers}).with("size", bytes), placement, bytes);
  }
}

void add_pools(RowCases& row) {
  for (unsigned workers : row.all().worker_counts()) {
    auto placement = row.compact(workers);
    auto name = [&](const char* scenario) {
      return row.name(scenario, row.peers(), placement).with("workers", std::size_t{workers});
    };
    row.add(name("apply"), placement);
    for (std::size_t chunk : {1U, 1000U}) {
      row.add(name("tiny_tasks").with("chunk", chunk), placement);
    }
    if (row.info().name == "cpython_futures") continue;  // they differ in how tasks travel
    row.add(name("cpu_bound").with("work", "sieve"), placement);
    row.add(name("io_bound").with("work", "fsync"), placement);
    row.add(name("io_bound").with("work", "wait_5ms"), placement);
  }
}

void add_locks(RowCases& row) {
  auto add = [&](const char* scenario, std::size_t workers, const harness::Placement& placement,
                 const char* work = "") {
    auto name = row.name(scenario, row.peers(), placement);
    if (workers != 0) name.with("workers", workers);
    if (*work != '\0') name.with("work", work);
    row.add(name, placement);
  };
  add("uncontended", 1, row.compact(1));
  for (const char* work : {"hold_0", "hold_1us"}) {
    for (const harness::Placement& pair : row.all().pairs()) add("contended", 2, pair, work);
    add("contended", 4, row.compact(4), work);
  }
  for (const harness::Placement& pair : row.all().pairs()) add("ping_pong", 0, pair);
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
constexpr Info futures(std::string_view mechanism, Reach reach, std::string_view policy) {
  return {.name = "cpython_futures",
          .policy = policy,
          .mechanism = mechanism,
          .source = "CPython's concurrent.futures",
          .reach = reach,
          .unavailable = why_no_python};
}

struct Row {
  std::string_view family;
  Info info;
  void (*add)(RowCases&);
};

constexpr Row rows[] = {
    {"pipe", multiprocessing("a socketpair of bytes", "CPython's multiprocessing.Pipe"), add_pipes},
    {"queue",
     multiprocessing("pickles through a pipe under locks, a thread that feeds it",
                     "CPython's multiprocessing.Queue"),
     add_queues},
    {"queue", threading("a deque under a lock, two conditions", "CPython's queue.Queue"),
     add_queues},
    {"value",
     multiprocessing("shared memory under a recursive lock", "CPython's multiprocessing.Value"),
     add_values},
    {"value", threading("an integer under a lock", "CPython's threading.Lock"), add_values},
    {"lock", multiprocessing("a POSIX semaphore of one permit", "CPython's multiprocessing.Lock"),
     add_locks},
    {"lock", threading("a POSIX semaphore, while all share one lock", "CPython's threading.Lock"),
     add_locks},
    {"pool",
     multiprocessing("forked processes, a pipe under a lock each way",
                     "CPython's multiprocessing.Pool"),
     add_pools},
    {"pool", threading("threads, queues", "CPython's multiprocessing.pool.ThreadPool"), add_pools},
    {"pool", futures("ProcessPoolExecutor", Reach::processes, "processes"), add_pools},
    {"pool", futures("ThreadPoolExecutor", Reach::threads, "threads"), add_pools},
};

}  // namespace

void add_cpython(Cases& cases, std::string_view family) {
  for (const Row& row : rows) {
    if (row.family != family) continue;
    cases.add_row(row.info);
    if (!row.info.unavailable().empty()) continue;
    RowCases of_row(cases, family, row.info);
    row.add(of_row);
  }
}

}  // namespace handoff::bench
