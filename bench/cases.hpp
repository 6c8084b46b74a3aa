#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/case_name.hpp"
#include "harness/crew.hpp"
#include "harness/placement.hpp"
#include "harness/topology.hpp"
#include "impl/common/info.hpp"

namespace handoff::bench {

/// What one case measured in one slice; every operation in it was verified.
struct Outcome {
  std::uint64_t operations = 0;
  double seconds = 0;           ///< of the slice
  double ns_per_operation = 0;  ///< without the cost of taking samples
  harness::Cost cost;           ///< of all workers together
  std::int64_t migrations = 0;
  harness::LatencyRecorder latencies;             ///< empty where the scenario takes none
  std::vector<std::uint64_t> operations_of_each;  ///< worker, where they report them
  /// What this scenario alone has to say, with units in the names.
  std::vector<std::pair<std::string, double>> further;
};

struct Settings {
  std::int64_t slice_ns = 50'000'000;
};

/// Below so many round trips their median is hardly better than their best.
inline constexpr std::uint64_t fewest_samples = 10;

struct Case {
  harness::CaseName name;
  std::vector<int> cpus;         ///< of each worker; -1: not pinned
  std::size_t bytes = 0;         ///< payload of one operation; 0: it carries none
  std::size_t object_bytes = 0;  ///< memory of what is measured, where it is known
  std::function<Outcome(const Settings&)> measure;
};

/// What the binary of a family measures on this machine.
class Cases {
 public:
  explicit Cases(const harness::Topology& topology) : topology_(&topology) {}

  void add(Case one) { cases_.push_back(std::move(one)); }
  void add_row(const Info& info) { rows_.push_back(info); }
  /// Notes, once, which cases this machine does not have, and why.
  void leave_out(const std::string& what_and_why);

  const harness::Topology& topology() const { return *topology_; }
  const std::vector<Case>& all() const { return cases_; }
  const std::vector<Info>& rows() const { return rows_; }
  const std::vector<std::string>& left_out() const { return left_out_; }

  /// The places for two workers that this machine has, and that are pairs of CPUs (or one CPU).
  std::vector<harness::Placement> pairs() const;
  /// The nearest place of two workers with a CPU each; not_existing when there is one CPU.
  harness::Placement nearest_pair() const;
  /// How many workers scenarios take: 1, 2, 4 on every machine, and on to one for each CPU.
  std::vector<unsigned> worker_counts() const;
  /// How many workers pools have: 1, 2, 4, 8 on every machine, and on to two for each CPU.
  std::vector<unsigned> crowded_worker_counts() const;
  /// Where workers may be other than near each other: spread over the machine, on half of its CPUs
  /// where that is not where they'd be near each other, and not pinned, one for each CPU.
  std::vector<harness::Placement> other_places() const;
  harness::Placement place(harness::Place place, unsigned workers) const {
    return harness::place_workers(*topology_, place, workers);
  }

 private:
  const harness::Topology* topology_;
  std::vector<Case> cases_;
  std::vector<Info> rows_;
  std::vector<std::string> left_out_;
};

/// Adds all rows of the binary's family; generated from the catalogue, or bench/floor.cpp.
void add_rows(Cases& cases);

/// Runs a crew until its rate is known, which also warms it up, and then once for the length of
/// the slice, or longer where that holds fewer than `fewest` counts. `operations_per_count`: how
/// many operations one unit of count stands for.
Outcome measure_crew(const harness::CrewPlan& plan, const Settings& settings,
                     std::uint64_t operations_per_count = 1, std::uint64_t fewest = fewest_samples);

/// For workers that need nothing of one another: runs a crew, after it has warmed up, for the
/// length of the slice. Its bodies take a length in ns for their count, go on for so long
/// (repeat_for), and report how many operations that were. A count fixed beforehand would not do
/// where workers contend: under a fair lock on one CPU the rate falls a thousandfold once one is
/// preempted.
Outcome measure_timed_crew(const harness::CrewPlan& plan, const Settings& settings);

}  // namespace handoff::bench
