#include "bench/floor.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <span>

#include "bench/message.hpp"
#include "bench/nested_work.hpp"
#include "bench/shared_object.hpp"
#include "bench/table.hpp"
#include "bench/task_map.hpp"
#include "bench/work.hpp"
#include "harness/clock.hpp"

namespace handoff::bench {
namespace {

using harness::Place;
using harness::Placement;

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
      : from_(std::make_shared<Message>(bytes)), to_(std::make_shared<Message>(bytes)) {}

  void operator()(std::uint64_t count) {
    const std::span<Word> from = from_->words();
    const std::span<Word> to = to_->words();
    for (std::uint64_t n = 0; n < count; ++n) {
      from.front() = n;  // each copy differs, and so none can be left out
      std::memcpy(to.data(), from.data(), from.size_bytes());
      asm volatile("" : : "r"(to.data()) : "memory");
    }
    if (!std::ranges::equal(to, from)) {
      throw std::runtime_error("the copy differs from what was copied");
    }
  }

 private:
  std::shared_ptr<Message> from_;
  std::shared_ptr<Message> to_;
};

template <class RoundTrip>
void add_spinning(Cases& cases, const char* what, const Placement& pair) {
  harness::CaseName name = named(what, "round_trip");
  add(cases, name.with("peers", "processes").with("place", to_string(pair.place)),
      crew_over<RoundTrip>(Peers::processes, pair.cpus));
}

void add_copies(Cases& cases, const Placement& alone) {
  for (std::size_t bytes : {8UL, 64UL, 1024UL, 16384UL, 131072UL, 1048576UL, 67108864UL}) {
    harness::CrewPlan plan = crew_over<Alone<SystemCalls>>(Peers::processes, alone.cpus);
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
  add(cases, name, crew_over<MemoryHandOver<bytes>>(Peers::processes, pair.cpus), bytes);
}

/// What pools do, by one thread without any: what they are to be faster than.
class Serial {
 public:
  Serial(Cases& cases, const Placement& alone) : cases_(cases), alone_(alone) {}

  void add_all() {
    for (const Work* work : available_works(cases_)) add(*work);
    for (TableWay way : table_ways) add(way);
    for (const LeafWork& work : leaf_works()) add(work);
  }

 private:
  void add(const Work& work) {
    auto join = [&work](harness::Seat& seat) {
      auto map = std::make_shared<WorkMap<SerialRunner>>(work, seat);
      return [map](std::uint64_t count) { map->run(count); };
    };
    auto measure = [plan = plan_with(join), &work](const Settings& settings) {
      work.in_program();
      return measure_crew(plan, settings, work.tasks_per_count, 1);
    };
    cases_.add({.name = name(work.scenario, work.name), .cpus = alone_.cpus, .measure = measure});
  }

  void add(TableWay way) {
    auto join = [way](harness::Seat& seat) {
      auto map = std::make_shared<TableMap<SerialRunner>>(way, seat);
      return [map](std::uint64_t count) { map->run(count); };
    };
    auto measure = [plan = plan_with(join)](const Settings& settings) {
      return measure_crew(plan, settings, 1, fewest_tables);
    };
    cases_.add({.name = name("table", to_string(way)), .cpus = alone_.cpus, .measure = measure});
  }

  void add(const LeafWork& work) {
    auto join = [&work](harness::Seat&) {
      auto trees = std::make_shared<NestedTrees<SerialTreeRunner>>(work);
      return [trees](std::uint64_t count) { trees->run(count); };
    };
    auto measure = [plan = plan_with(join), &work](const Settings& settings) {
      work.in_program();
      return measure_crew(plan, settings, leaves_of_a_tree, fewest_trees);
    };
    cases_.add({.name = name("nested", work.name), .cpus = alone_.cpus, .measure = measure});
  }

  harness::CrewPlan plan_with(const std::function<harness::Body(harness::Seat&)>& join) const {
    harness::CrewPlan plan{.peers = Peers::threads, .cpus = alone_.cpus, .program = {}};
    plan.program.join = [join](std::byte*, harness::Seat& seat) { return join(seat); };
    return plan;
  }
  harness::CaseName name(const char* scenario, const char* work) const {
    harness::CaseName name = named("serial", scenario);
    name.with("peers", "threads").with("place", to_string(alone_.place));
    return name.with("work", work);
  }

  Cases& cases_;
  const Placement& alone_;
};

}  // namespace

void add_rows(Cases& cases) {
  for (const Placement& pair : cases.pairs()) {
    if (pair.place != Place::same_cpu) {
      add_spinning<CacheLineRoundTrip>(cases, "cache_line", pair);
      add_spinning<CacheLinePairRoundTrip>(cases, "cache_line_pair", pair);
    }
    for (Peers peers : {Peers::threads, Peers::processes}) {
      harness::CaseName name = named("futex", "round_trip");
      add(cases, name.with("peers", to_string(peers)).with("place", to_string(pair.place)),
          crew_over<FutexRoundTrip>(peers, pair.cpus));
    }
  }
  const Placement alone = cases.place(Place::same_cpu, 1);
  add(cases, named("system_call", "call").with("place", to_string(alone.place)),
      crew_over<Alone<SystemCalls>>(Peers::processes, alone.cpus));
  add(cases, named("clock", "read").with("place", to_string(alone.place)),
      crew_over<Alone<ClockReads>>(Peers::processes, alone.cpus));
  add_copies(cases, alone);
  add_hand_over<131072>(cases);
  add_hand_over<1048576>(cases);
  Serial(cases, alone).add_all();
}

}  // namespace handoff::bench
