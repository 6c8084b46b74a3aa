#include "bench/cases.hpp"

#include <algorithm>
#include <set>

#include "harness/clock.hpp"

namespace handoff::bench {
namespace {

using harness::Place;
using harness::Placement;

/// A phase of at least this share of the slice tells the rate well enough to size the slice.
constexpr double telling_share = 0.2;
/// Where the measured phase took less, something had held up the telling one: it is sized anew.
constexpr double shortest_share = 0.4;
/// Counts grow at most so fast: a phase that was short by chance must not blow up the next.
constexpr double largest_growth = 16;

std::uint64_t grown(std::uint64_t count, double factor) {
  factor = std::min(factor, largest_growth);
  return std::max<std::uint64_t>(1,
                                 static_cast<std::uint64_t>(factor * static_cast<double>(count)));
}

/// Phases of growing counts until the rate is known, and then the measured one, of `fewest` at
/// least.
harness::PhaseResult run_phases(harness::Crew& crew, double slice_ns, std::uint64_t fewest,
                                std::uint64_t& count) {
  harness::PhaseResult result;
  auto share_of_slice = [&] {
    result = crew.run(count);
    return static_cast<double>(std::max<std::int64_t>(result.elapsed_ns, 1)) / slice_ns;
  };
  count = 1;
  double share = share_of_slice();
  while (share < telling_share) {
    count = grown(count, std::max(telling_share / share, 2.0));
    share = share_of_slice();
  }
  do {
    count = std::max(grown(count, 1 / share), fewest);
    share = share_of_slice();
  } while (share < shortest_share);
  return result;
}

/// Of the latest phase, and ends the crew.
Outcome outcome_of(harness::Crew& crew, const harness::CrewPlan& plan,
                   const harness::PhaseResult& result, std::uint64_t operations) {
  Outcome outcome;
  outcome.operations = operations;
  outcome.seconds = static_cast<double>(result.elapsed_ns) * 1e-9;
  outcome.ns_per_operation =
      result.mean_ns > 0 ? result.mean_ns
                         : static_cast<double>(result.elapsed_ns) / static_cast<double>(operations);
  outcome.cost = result.cost;
  outcome.migrations = result.migrations;
  outcome.operations_of_each = result.operations_of_each;
  for (unsigned i = 0; i < plan.cpus.size(); ++i) outcome.latencies.merge(crew.recorder(i));
  crew.finish();
  return outcome;
}

std::vector<unsigned> doubled_up_to(unsigned most) {
  std::vector<unsigned> counts;
  for (unsigned workers = 1; workers <= most; workers *= 2) counts.push_back(workers);
  return counts;
}

std::set<int> as_set(const Placement& placement) {
  return {placement.cpus.begin(), placement.cpus.end()};
}

}  // namespace

std::vector<Placement> Cases::pairs() const {
  std::vector<Placement> found;
  for (Place place :
       {Place::same_cpu, Place::same_core, Place::same_l3, Place::same_node, Place::cross_node}) {
    Placement placement = this->place(place, 2);
    if (placement.exists()) found.push_back(std::move(placement));
  }
  return found;
}

Placement Cases::nearest_pair() const {
  for (Place place : {Place::same_l3, Place::same_node, Place::cross_node, Place::same_core}) {
    Placement placement = this->place(place, 2);
    if (placement.exists()) return placement;
  }
  return {.place = Place::same_l3, .absent = "there is one CPU only"};
}

std::vector<unsigned> Cases::worker_counts() const {
  constexpr unsigned always = 4;
  return doubled_up_to(std::max(always, static_cast<unsigned>(topology_->cpus().size())));
}

std::vector<unsigned> Cases::crowded_worker_counts() const {
  constexpr unsigned always = 8;
  return doubled_up_to(std::max(always, 2 * static_cast<unsigned>(topology_->cpus().size())));
}

std::vector<Placement> Cases::other_places() const {
  std::vector<Placement> found;
  auto cpus = static_cast<unsigned>(topology_->cpus().size());
  for (unsigned workers : doubled_up_to(cpus / 2)) {
    const bool is_half = 4 * workers > cpus;
    Placement scattered = place(Place::scatter, workers);
    if (!is_half || !scattered.exists()) continue;
    if (as_set(scattered) != as_set(place(Place::compact, workers))) found.push_back(scattered);
  }
  if (Placement unpinned = place(Place::unpinned, cpus); unpinned.exists()) {
    found.push_back(std::move(unpinned));
  }
  return found;
}

void Cases::leave_out(const std::string& what_and_why) {
  if (std::find(left_out_.begin(), left_out_.end(), what_and_why) == left_out_.end()) {
    left_out_.push_back(what_and_why);
  }
}

Outcome measure_crew(const harness::CrewPlan& plan, const Settings& settings,
                     std::uint64_t operations_per_count, std::uint64_t fewest) {
  harness::Crew crew(plan);
  std::uint64_t count = 0;
  harness::PhaseResult result =
      run_phases(crew, static_cast<double>(settings.slice_ns), fewest, count);
  return outcome_of(crew, plan, result, count * operations_per_count);
}

Outcome measure_timed_crew(const harness::CrewPlan& plan, const Settings& settings) {
  harness::Crew crew(plan);
  auto length = static_cast<double>(settings.slice_ns);
  crew.run(static_cast<std::uint64_t>(telling_share * length));
  harness::PhaseResult result = crew.run(static_cast<std::uint64_t>(length));
  return outcome_of(crew, plan, result, result.operations);
}

}  // namespace handoff::bench
