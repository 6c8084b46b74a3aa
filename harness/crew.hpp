#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/account.hpp"
#include "harness/recorder.hpp"
#include "harness/region.hpp"
#include "harness/worker.hpp"

namespace handoff::harness {

/// What a worker says about a phase.
struct Report {
  /// Of one operation, where the body has timed them apart from the samples; 0: take the phase's
  /// length over its count.
  double mean_ns = 0;
  /// Summed over all workers and modulo 2^64; a phase whose sum is not 0 lost, doubled or changed
  /// something. Senders add what they sent, receivers take off what they received.
  std::uint64_t balance = 0;
  std::uint64_t operations = 0;  ///< done, where the body itself decides how many
  Cost cost_of_ended;            ///< of processes that the body has started and seen end
};

/// What a worker has of the harness.
struct Seat {
  unsigned worker;
  LatencyRecorder& recorder;        ///< emptied before each phase
  Report& report;                   ///< likewise
  std::vector<pid_t> also_account;  ///< processes, and threads, that work on this one's behalf
  /// After each phase, outside what is measured: checks what cannot be checked on the way. May add
  /// to the report, or throw.
  std::function<void()> afterwards = [] {};
};

/// One phase of a worker: does its share of `count` operations, or throws.
using Body = std::function<void(std::uint64_t count)>;

/// What a crew works on. The object is built in place in zeroed memory before the workers start:
/// shared memory in this process if they are processes, memory of their own process if threads.
struct Program {
  std::size_t object_bytes = 1;
  std::function<void(std::byte*)> construct = [](std::byte*) {};
  std::function<void(std::byte*)> destroy = [](std::byte*) {};
  /// Processes only: in the parent, once the children run.
  std::function<void(std::byte*)> started = [](std::byte*) {};
  /// In each worker, once, after it has been pinned: takes its end of the object.
  std::function<Body(std::byte*, Seat&)> join;
};

/// A program over an object of one type, built by `make(memory)`.
template <class Object>
Program program_of(std::function<void(void*)> make, std::function<Body(Object&, Seat&)> join) {
  return {.object_bytes = sizeof(Object),
          .construct = [make = std::move(make)](std::byte* memory) { make(memory); },
          .destroy = [](std::byte* memory) { std::destroy_at(reinterpret_cast<Object*>(memory)); },
          .started = [](std::byte*) {},
          .join =
              [join = std::move(join)](std::byte* memory, Seat& seat) {
                return join(*std::launder(reinterpret_cast<Object*>(memory)), seat);
              }};
}

struct CrewPlan {
  Peers peers = Peers::threads;
  std::vector<int> cpus;  ///< one per worker; -1: not pinned
  Program program;
  Clock::duration watchdog = std::chrono::seconds(20);  ///< of each phase
};

/// What one phase took: from the first worker's start to the last one's end, and the cost of all.
struct PhaseResult {
  std::int64_t elapsed_ns = 0;
  double mean_ns = 0;            ///< as worker 0 reported it, or 0
  std::uint64_t operations = 0;  ///< as all workers reported them
  std::vector<std::uint64_t> operations_of_each;
  Cost cost;
  std::int64_t migrations = 0;  ///< of pinned and unpinned workers; 0 where unknown
};

/// A worker died, threw or hung; what() names it and how.
class CrewError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Workers, pinned and verified to be where they should, that run phase after phase from a common
/// start gate. Create it while this process has one thread.
class Crew {
 public:
  explicit Crew(CrewPlan plan);
  /// Ends whoever still runs, and destroys the object.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// All workers run their body with `count`. Raises CrewError, also when their balance is not 0;
  /// the crew is of no use after it.
  PhaseResult run(std::uint64_t count);
  /// Lets the workers return, and raises CrewError when one does not end well.
  void finish();

  /// Of the latest phase.
  const LatencyRecorder& recorder(unsigned worker) const;
  /// Thread ids, as the workers reported them; all different.
  std::vector<pid_t> worker_ids() const;

 private:
  struct Control;
  struct Desk;

  void work(unsigned worker);
  void construct_object();
  void destroy_object();
  void count_in(std::atomic<std::uint32_t>& word);
  Cost cost_of_phase() const;
  void wait_until_all(std::atomic<std::uint32_t>& word, const char* what);
  [[noreturn]] void raise(unsigned worker, const char* when);

  CrewPlan plan_;
  Region memory_;               ///< of the control block and a desk per worker
  std::shared_ptr<Bell> bell_;  ///< rung when the last worker is at the gate, or done
  Control* control_;
  Desk* desks_;
  std::unique_ptr<Region> object_memory_;
  bool object_lives_ = false;
  std::unique_ptr<Team> team_;
};

}  // namespace handoff::harness
