#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/cases.hpp"
#include "bench/touched_memory.hpp"
#include "harness/clock.hpp"
#include "impl/common/descriptor.hpp"
#include "impl/process/contract.hpp"

/// The scenarios of the process family, over any implementation. A crew of one, the starter, is a
/// process of its own: it, and not the benchmark, has touched the memory that the case names. That
/// is not written again: a fork finds the pages as the one before has left them, read-only. Where
/// all have been written meanwhile, it takes about twice as long.
namespace handoff::bench {

/// What a measured worker is given; its exit code is the complement of its number.
struct WorkerOrder {
  std::uint64_t number = 0;

  static int code_of(std::uint64_t number) { return static_cast<int>(~number & 0xff); }
};

/// What it tells first: when it began, as its own clock says.
struct WorkerGreeting {
  std::uint64_t number = 0;
  std::int64_t began_ns = 0;
};

inline int greet(const WorkerOrder& order, const WorkerSelf& self) {
  WorkerGreeting greeting{.number = order.number, .began_ns = harness::now_ns()};
  bool told = ::write(self.descriptors[0], &greeting, sizeof(greeting)) == sizeof(greeting);
  return told ? WorkerOrder::code_of(order.number) : EXIT_FAILURE;
}

inline int end_at_once(const WorkerOrder& order, const WorkerSelf& /*self*/) {
  return WorkerOrder::code_of(order.number);
}

/// Starts workers, one after the other, and looks at the exit code of each.
template <class W>
class Starter {
 public:
  Starter(const MemoryToTouch& memory, harness::Seat& seat) : memory_(memory), seat_(&seat) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) == -1) throw_errno("pipe for greetings");
    reading_.reset(ends[0]);
    writing_.reset(ends[1]);
    if constexpr (requires { W::server(); }) {
      start_join(1);  // which starts the server
      seat.also_account.push_back(W::server());
    }
  }

  /// From the start to the worker's first instruction.
  void start(std::uint64_t count) {
    double sum = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      const std::int64_t begin = harness::now_ns();
      W worker = W::start(greet, WorkerOrder{n}, {.descriptors = {writing_.get()}});
      WorkerGreeting greeting;
      if (::read(reading_.get(), &greeting, sizeof(greeting)) != sizeof(greeting)) {
        throw_errno("greeting of a worker");
      }
      end(worker, n);
      if (greeting.number != n) throw std::runtime_error("another worker's greeting");
      sum += take(greeting.began_ns - begin);
    }
    seat_->report.mean_ns = sum / static_cast<double>(count);
  }

  /// From the start until it has been joined.
  void start_join(std::uint64_t count) {
    double sum = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      const std::int64_t begin = harness::now_ns();
      W worker = W::start(end_at_once, WorkerOrder{n});
      worker.join();
      const std::int64_t joined = harness::now_ns();
      end(worker, n);
      sum += take(joined - begin);
    }
    seat_->report.mean_ns = sum / static_cast<double>(count);
  }

 private:
  double take(std::int64_t length_ns) {
    seat_->recorder.record(length_ns);
    return static_cast<double>(length_ns);
  }

  /// The answer is checked, and what a process has cost is added; a thread's cost is its process's.
  void end(W& worker, std::uint64_t number) {
    worker.join();
    if (worker.exit_code() != WorkerOrder::code_of(number)) {
      throw std::runtime_error("worker " + std::to_string(number) + " ended with another code");
    }
    if (reaches(W::info, Peers::threads)) return;
    seat_->report.cost_of_ended.cpu_ns += worker.processor_time().count();
  }

  TouchedMemory memory_;
  harness::Seat* seat_;
  Descriptor reading_;
  Descriptor writing_;
};

template <class Row>
class ProcessCases {
  using W = typename Row::type;

 public:
  explicit ProcessCases(Cases& cases) : cases_(cases) {}

  void add_all() {
    harness::Placement anywhere = cases_.place(harness::Place::unpinned, 1);
    for (const MemoryToTouch& memory : memories_to_touch) {
      if (memory.is_possible()) add_both(anywhere, memory, true);
    }
    harness::Placement one_cpu = cases_.place(harness::Place::same_cpu, 1);
    if (one_cpu.exists()) add_both(one_cpu, memories_to_touch[0], false);
  }

 private:
  void add_both(const harness::Placement& placement, const MemoryToTouch& memory,
                bool names_memory) {
    add("start", &Starter<W>::start, placement, memory, names_memory);
    add("start_join", &Starter<W>::start_join, placement, memory, names_memory);
  }

  void add(const char* scenario, void (Starter<W>::*phase)(std::uint64_t),
           const harness::Placement& placement, const MemoryToTouch& memory, bool names_memory) {
    harness::CaseName name{"process", row_name(W::info), scenario, {}};
    Peers peers = reaches(W::info, Peers::threads) ? Peers::threads : Peers::processes;
    name.with("peers", to_string(peers)).with("place", to_string(placement.place));
    if (names_memory) name.with("work", memory.name);
    harness::Program program;
    program.join = [phase, memory](std::byte*, harness::Seat& seat) -> harness::Body {
      auto starter = std::make_shared<Starter<W>>(memory, seat);
      return [starter, phase](std::uint64_t count) { ((*starter).*phase)(count); };
    };
    // A process for threads too: it is to have the memory, and the benchmark is to stay small.
    harness::CrewPlan plan{
        .peers = Peers::processes, .cpus = placement.cpus, .program = std::move(program)};
    cases_.add({.name = name, .cpus = placement.cpus, .measure = [plan](const Settings& s) {
                  return measure_crew(plan, s);
                }});
  }

  Cases& cases_;
};

template <class Row>
void add_process(Cases& cases) {
  using W = typename Row::type;
  static_assert(Process<W>);
  cases.add_row(W::info);
  if (W::info.unavailable().empty()) ProcessCases<Row>(cases).add_all();
}

}  // namespace handoff::bench
