#include "bench/floor.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "bench/cases.hpp"
#include "bench/payload.hpp"
#include "harness/clock.hpp"

namespace handoff::bench {
namespace {

using harness::Place;
using harness::Placement;

template <class Object>
harness::CrewPlan plan_of(Peers peers, const std::vector<int>& cpus) {
  return {.peers = peers,
          .cpus = cpus,
          .program = harness::program_of<Object>(
              [](void* memory) { new (memory) Object(); },
              [](Object& object, harness::Seat& seat) { return object.join(seat); })};
}

void add(Cases& cases, harness::CaseName name, const harness::CrewPlan& plan,
         std::size_t bytes = 0) {
  cases.add({.name = std::move(name),
             .cpus = plan.cpus,
             .bytes = bytes,
             .object_bytes = 0,
             .measure = [plan](const Settings& settings) { return measure_crew(plan, settings); }});
}

harness::CaseName named(const char* what, const char* scenario) {
  return {"floor", what, scenario, {}};
}

/// What one worker does alone, with `Work` the body of the loop.
template <class Work>
struct Alone {
  harness::Body join(harness::Seat&) { return Work(); }
};

struct SystemCalls {
  void operator()(std::uint64_t count) const {
    // getppid does nothing but enter and leave the kernel, and the C library does not cache it.
    for (std::uint64_t n = 0; n < count; ++n) syscall(SYS_getppid);
  }
};

struct ClockReads {
  void operator()(std::uint64_t count) const {
    std::int64_t last = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      std::int64_t time = harness::now_ns();
      if (time < last) throw std::runtime_error("the monotonic clock went back");
      last = time;
    }
  }
};

/// Copies a buffer to another, both warm as far as the caches hold them, and checks the last copy.
class Copies {
 public:
  explicit Copies(std::size_t bytes)
      : from_(bytes / sizeof(Word)), to_(std::make_shared<std::vector<Word>>(from_.size())) {}

  void operator()(std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n) {
      from_.front() = n;  // each copy differs, and so none can be left out
      std::memcpy(to_->data(), from_.data(), from_.size() * sizeof(Word));
      asm volatile("" : : "r"(to_->data()) : "memory");
    }
    if (*to_ != from_) throw std::runtime_error("the copy differs from what was copied");
  }

 private:
  std::vector<Word> from_;
  std::shared_ptr<std::vector<Word>> to_;
};

void add_copies(Cases& cases, const Placement& alone) {
  for (std::size_t bytes : {8UL, 64UL, 1024UL, 16384UL, 131072UL, 1048576UL, 67108864UL}) {
    harness::CrewPlan plan = plan_of<Alone<SystemCalls>>(Peers::processes, alone.cpus);
    plan.program.join = [bytes](std::byte*, harness::Seat&) { return Copies(bytes); };
    harness::CaseName name = named("memory", "copy");
    add(cases, name.with("place", to_string(alone.place)).with("size", bytes), plan, bytes);
  }
}

template <std::size_t bytes>
void add_hand_over(Cases& cases) {
  const Placement pair = cases.nearest_pair();
  if (!pair.exists()) return;
  harness::CaseName name = named("memory", "hand_over");
  name.with("peers", "processes").with("place", to_string(pair.place)).with("size", bytes);
  add(cases, name, plan_of<MemoryHandOver<bytes>>(Peers::processes, pair.cpus), bytes);
}

}  // namespace

void add_rows(Cases& cases) {
  for (const Placement& pair : cases.pairs()) {
    if (pair.place != Place::same_cpu) {
      harness::CaseName name = named("cache_line", "round_trip");
      add(cases, name.with("peers", "processes").with("place", to_string(pair.place)),
          plan_of<CacheLineRoundTrip>(Peers::processes, pair.cpus));
    }
    for (Peers peers : {Peers::threads, Peers::processes}) {
      harness::CaseName name = named("futex", "round_trip");
      add(cases, name.with("peers", to_string(peers)).with("place", to_string(pair.place)),
          plan_of<FutexRoundTrip>(peers, pair.cpus));
    }
  }
  const Placement alone = cases.place(Place::same_cpu, 1);
  add(cases, named("system_call", "call").with("place", to_string(alone.place)),
      plan_of<Alone<SystemCalls>>(Peers::processes, alone.cpus));
  add(cases, named("clock", "read").with("place", to_string(alone.place)),
      plan_of<Alone<ClockReads>>(Peers::processes, alone.cpus));
  add_copies(cases, alone);
  add_hand_over<131072>(cases);
  add_hand_over<1048576>(cases);
}

}  // namespace handoff::bench
